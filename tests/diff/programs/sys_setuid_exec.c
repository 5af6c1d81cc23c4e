/* SPDX-License-Identifier: MIT */
/* sys_setuid_exec.c - ids survive an exec, and a set-user-id program changes them. */
#include "tests/diff/diff.h"

static void copy_program(const char *from, const char *to)
{
    char bytes[4096];
    ssize_t length;
    int in = open(from, O_RDONLY);
    int out = open(to, O_WRONLY | O_CREAT, 0755);

    NEED(in >= 0 && out >= 0);
    while ((length = read(in, bytes, sizeof bytes)) > 0)
        NEED(write(out, bytes, (size_t)length) == length);
    NEED(close(out) == 0);
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        printf("%s: uid %d, effective %d, AT_SECURE %lu\n", argv[1], (int)getuid(), (int)geteuid(),
               getauxval(AT_SECURE));
        return 0;
    }
    NEED(chmod(".", 0755) == 0);
    copy_program(argv[0], "./plain");
    copy_program(argv[0], "./setuid");
    NEED(chown("./setuid", 500, 500) == 0 && chmod("./setuid", 04755) == 0);
    for (int i = 0; i < 2; i++) {
        pid_t pid = fork();

        if (pid == 0) {
            NEED(setuid(1000) == 0);
            execl(i ? "./setuid" : "./plain", "x", i ? "set-user-id" : "plain", (char *)NULL);
            _exit(1);
        }
        printf("code %d\n", reap(pid));
    }
    return 0;
}
