/* SPDX-License-Identifier: MIT */
/* flags_open.c - every flag of open, openat and mq_open, and what the descriptor tells of it afterwards. */
#include "tests/diff/diff.h"
#include <mqueue.h>

static const struct {
    const char *name;
    int bit;
} flag[] = {{"none", 0},
            {"O_EXCL", O_EXCL},
            {"O_NOCTTY", O_NOCTTY},
            {"O_TRUNC", O_TRUNC},
            {"O_APPEND", O_APPEND},
            {"O_NONBLOCK", O_NONBLOCK},
            {"O_DSYNC", 010000},
            {"O_SYNC", 04010000},
            {"O_ASYNC", 020000},
            {"O_LARGEFILE", 0100000},
            {"O_NOFOLLOW", O_NOFOLLOW},
            {"O_NOATIME", 01000000},
            {"O_CLOEXEC", O_CLOEXEC},
            {"O_PATH", O_PATH},
            {"O_DIRECTORY", O_DIRECTORY},
            {"O_TMPFILE", O_TMPFILE}};

static void tell(const char *call, const char *name, long fd)
{
    if (fd < 0) {
        printf("%s %s: %s\n", call, name, error_name(errno));
        return;
    }
    printf("%s %s: flags %#o, %d\n", call, name, fcntl((int)fd, F_GETFL) & ~0100000,
           fcntl((int)fd, F_GETFD));
    close((int)fd);
}

int main(void)
{
    char name[64];

    close(open("file", O_CREAT | O_WRONLY, 0644));
    for (size_t i = 0; i < sizeof flag / sizeof *flag; i++) {
        tell("open", flag[i].name, syscall(SYS_open, "file", O_RDWR | flag[i].bit, 0));
        tell("openat", flag[i].name,
             syscall(SYS_openat, AT_FDCWD, "file", O_RDWR | flag[i].bit, 0));
    }
    tell("open directory", "O_TMPFILE", syscall(SYS_open, ".", O_TMPFILE | O_RDWR, 0600));
    tell("openat directory", "O_TMPFILE",
         syscall(SYS_openat, AT_FDCWD, ".", O_TMPFILE | O_RDWR, 0600));
    snprintf(name, sizeof name, "lorica-flags-%d", getpid());
    long queue = syscall(SYS_mq_open, name, O_CREAT | O_EXCL | O_RDWR, 0600, NULL);

    if (queue >= 0) {
        for (size_t i = 0; i < sizeof flag / sizeof *flag; i++) {
            long fd = syscall(SYS_mq_open, name, O_RDWR | flag[i].bit, 0600, NULL);

            printf("mq_open %s: %s\n", flag[i].name, fd < 0 ? error_name(errno) : "ok");
            close((int)fd);
        }
        printf("mq_open O_DIRECT: %s\n",
               syscall(SYS_mq_open, name, O_RDWR | O_DIRECT, 0600, NULL) < 0 ? error_name(errno)
                                                                             : "ok");
        syscall(SYS_mq_unlink, name);
    }
    return 0;
}
