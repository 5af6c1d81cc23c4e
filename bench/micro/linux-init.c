/* SPDX-License-Identifier: MIT */
/* linux-init.c - first process of the Linux side: the file systems that micro needs, micro itself, power off. */
#include <stdio.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
    mkdir("/dev", 0755);
    mkdir("/tmp", 0777);
    if (mount("dev", "/dev", "devtmpfs", 0, NULL) || mount("tmp", "/tmp", "tmpfs", 0, NULL))
        perror("mount");
    pid_t child = fork();

    if (!child) {
        execl("/bench/micro", "micro", "exec=/bench/tiny", (char *)NULL);
        perror("/bench/micro");
        _exit(1);
    }
    waitpid(child, NULL, 0);
    sync();
    reboot(RB_POWER_OFF);
    return 1;
}
