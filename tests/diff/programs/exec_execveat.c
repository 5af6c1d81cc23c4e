/* SPDX-License-Identifier: MIT */
/* exec_execveat.c - a program named by a descriptor. */
#include "tests/diff/diff.h"

int main(int argc, char **argv)
{
    char *child[] = {"by-descriptor", "child", NULL};
    int fd = open(argv[0], O_RDONLY | O_CLOEXEC);

    if (argc > 1) {
        printf("running as %s, %d arguments\n", argv[0], argc - 1);
        return 3;
    }
    NEED(fd >= 0);
    SHOW(syscall(SYS_execveat, fd, "", child, NULL, 0));
    SHOW(syscall(SYS_execveat, -1, "", child, NULL, AT_EMPTY_PATH));
    SHOW(syscall(SYS_execveat, fd, "x", child, NULL, 0x40000000));
    SHOW(syscall(SYS_execveat, fd, "x", child, NULL, 0));
    NEED(symlink(argv[0], "link") == 0);
    SHOW(syscall(SYS_execveat, AT_FDCWD, "link", child, NULL, AT_SYMLINK_NOFOLLOW));
    syscall(SYS_execveat, fd, "", child, NULL, AT_EMPTY_PATH);
    perror("execveat");
    return 1;
}
