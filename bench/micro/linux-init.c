/* SPDX-License-Identifier: MIT */
/* linux-init.c - first process of the Linux side: the file systems that micro needs, micro, threads, power off. */
#include <stdio.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void run(const char *path, const char *argument)
{
    pid_t child = fork();

    if (!child) {
        execl(path, path, argument, (char *)NULL);
        perror(path);
        _exit(1);
    }
    waitpid(child, NULL, 0);
}

int main(void)
{
    mkdir("/dev", 0755);
    mkdir("/tmp", 0777);
    if (mount("dev", "/dev", "devtmpfs", 0, NULL) || mount("tmp", "/tmp", "tmpfs", 0, NULL))
        perror("mount");
    run("/bench/micro", "exec=/bench/tiny");
    run("/bench/threads", NULL);
    sync();
    reboot(RB_POWER_OFF);
    return 1;
}
