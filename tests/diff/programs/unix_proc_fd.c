/* SPDX-License-Identifier: MIT */
/* unix_proc_fd.c - what /proc says of sockets. */
#include "tests/diff/socket.h"

int main(void)
{
    int pair[2];
    char path[64], link[64] = "";
    unsigned long number = 0;
    struct stat status;

    NEED(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    snprintf(path, sizeof path, "/proc/self/fd/%d", pair[0]);
    NEED(readlink(path, link, sizeof link - 1) > 0);
    TELL(sscanf(link, "socket:[%lu]", &number) == 1);
    NEED(fstat(pair[0], &status) == 0);
    TELL(status.st_ino == number);
    SHOW(open(path, O_RDWR));
    NEED(stat(path, &status) == 0);
    TELL(S_ISSOCK(status.st_mode));
    SHOW(fchmod(pair[0], 0600));
    NEED(fstat(pair[0], &status) == 0);
    printf("%o\n", (unsigned)status.st_mode);
    int listener = unix_listener(SOCK_STREAM, "in-proc", 3);
    FILE *list = fopen("/proc/net/unix", "r");
    char line[256];
    NEED(list && fgets(line, sizeof line, list));
    printf("%s", line);
    int found = 0;
    while (fgets(line, sizeof line, list)) {
        unsigned type, state, flags;
        char name[128] = "";
        if (sscanf(line, "%*x: %*x %*x %x %x %x %*u %127s", &flags, &type, &state, name) == 4 &&
            !strcmp(name, "in-proc"))
            found += 1, printf("flags %x type %x state %x\n", flags, type, state);
    }
    printf("found %d\n", found);
    close(listener);
    return 0;
}
