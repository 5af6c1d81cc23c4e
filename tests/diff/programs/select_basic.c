/* SPDX-License-Identifier: MIT */
/* select_basic.c - select reports ready descriptors and what is left of the time. */
#include "tests/diff/diff.h"

int main(void)
{
    int tube[2];
    fd_set in, out;
    struct timeval time = {0, 30000};

    NEED(pipe(tube) == 0);
    FD_ZERO(&in);
    FD_ZERO(&out);
    FD_SET(tube[0], &in);
    SHOW(syscall(SYS_select, tube[1] + 1, &in, NULL, NULL, &time));
    TELL(!FD_ISSET(tube[0], &in));
    TELL(time.tv_sec == 0 && time.tv_usec == 0);
    NEED(write(tube[1], "x", 1) == 1);
    FD_SET(tube[0], &in);
    FD_SET(tube[1], &out);
    time = (struct timeval){10, 0};
    SHOW(syscall(SYS_select, tube[1] + 1, &in, &out, NULL, &time));
    TELL(FD_ISSET(tube[0], &in) && FD_ISSET(tube[1], &out));
    TELL(time.tv_sec == 9);
    FD_ZERO(&in);
    /* Linux looks at no more descriptors than its table has room for, which is 64 or more and depends on who started
     * us: one below that is refused everywhere. */
    FD_SET(60, &in);
    SHOW(select(61, &in, NULL, NULL, &time));
    SHOW(select(-1, NULL, NULL, NULL, &time));
    SHOW(select(0, NULL, NULL, NULL, &(struct timeval){-1, 0}));
    SHOW(select(tube[0] + 1, BAD_POINTER, NULL, NULL, &time));
    return 0;
}
