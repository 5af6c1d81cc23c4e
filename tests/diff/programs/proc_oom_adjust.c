/* SPDX-License-Identifier: MIT */
/* proc_oom_adjust.c - /proc/self/oom_score_adj: raised, told, inherited, refused; and signals through an open /proc/PID. */
#include "tests/diff/diff.h"

static void put(const char *text)
{
    int fd = open("/proc/self/oom_score_adj", O_WRONLY);

    errno = 0;
    long result = write(fd, text, strlen(text));
    int error = errno;

    close(fd);
    printf("write \"%s\": %ld %s\n", text, result, result < 0 ? strerror(error) : "");
}

static void tell(const char *who)
{
    char text[32] = "";
    int fd = open("/proc/self/oom_score_adj", O_RDONLY);
    long bytes = read(fd, text, sizeof text - 1);

    printf("%s: %ld %s", who, bytes, text);
    close(fd);
}

int main(void)
{
    int fd, own;

    put("900");
    tell("raised");
    put("950\n");
    tell("with a line's end");
    put("1001");
    put("-1001");
    put("much");
    put("99x");
    tell("still");
    fflush(stdout);
    if (!fork()) {
        tell("child");
        put("1000");
        fflush(stdout);
        _exit(0);
    }
    wait(NULL);
    tell("parent");
    own = open("/proc/self/", O_RDONLY | O_DIRECTORY);
    SHOW(syscall(SYS_pidfd_send_signal, own, 0, NULL, 0));
    fd = open("/proc/self/fd", O_RDONLY | O_DIRECTORY);
    SHOW(syscall(SYS_pidfd_send_signal, fd, 0, NULL, 0));
    fd = open("/proc", O_RDONLY | O_DIRECTORY);
    SHOW(syscall(SYS_pidfd_send_signal, fd, 0, NULL, 0));
    signal(SIGUSR1, SIG_IGN);
    SHOW(syscall(SYS_pidfd_send_signal, own, SIGUSR1, NULL, 0));
    SHOW(syscall(SYS_pidfd_send_signal, own, 99, NULL, 0));
    return 0;
}
