/* SPDX-License-Identifier: MIT */
/* fd_emfile.c - the table of descriptors ends at RLIMIT_NOFILE. */
#include "tests/diff/diff.h"

int main(void)
{
    int tube[2] = {-1, -1};
    int count = 0;

    NEED(setrlimit(RLIMIT_NOFILE, &(struct rlimit){20, 20}) == 0);
    while (open("/dev/null", O_RDONLY) >= 0)
        count++;
    printf("opened %d, then %s\n", count, error_name(errno));
    SHOW(dup(0));
    SHOW(fcntl(0, F_DUPFD, 0));
    SHOW(fcntl(0, F_DUPFD, 20));
    SHOW(dup2(0, 20));
    SHOW(dup2(0, 19));
    NEED(close(10) == 0);
    SHOW(pipe(tube));
    printf("untouched: %d %d\n", tube[0], tube[1]);
    SHOW(open("/dev/null", O_RDONLY));
    NEED(setrlimit(RLIMIT_NOFILE, &(struct rlimit){5, 20}) == 0);
    SHOW(fcntl(15, F_GETFD));
    SHOW(open("/dev/null", O_RDONLY));
    return 0;
}
