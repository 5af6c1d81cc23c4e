/* SPDX-License-Identifier: MIT */
/* poll_pipe.c - poll on both ends of a pipe as it fills and closes. */
#include "tests/diff/diff.h"

static int tube[2];

static void say_poll(const char *when)
{
    struct pollfd list[2] = {{tube[0], POLLIN, 0}, {tube[1], POLLOUT, 0}};
    int count = poll(list, 2, 0);

    printf("%s: %d, reader%s%s%s, writer%s%s%s\n", when, count,
           list[0].revents & POLLIN ? " IN" : "", list[0].revents & POLLHUP ? " HUP" : "",
           list[0].revents & POLLNVAL ? " NVAL" : "", list[1].revents & POLLOUT ? " OUT" : "",
           list[1].revents & POLLERR ? " ERR" : "", list[1].revents & POLLNVAL ? " NVAL" : "");
}

int main(void)
{
    static char block[65536];

    NEED(pipe(tube) == 0);
    say_poll("empty");
    NEED(write(tube[1], "x", 1) == 1);
    say_poll("one byte");
    NEED(read(tube[0], block, 1) == 1 && write(tube[1], block, sizeof block) == sizeof block);
    say_poll("full");
    NEED(read(tube[0], block, 4096) == 4096);
    say_poll("room");
    close(tube[1]);
    say_poll("writer closed");
    NEED(pipe(tube) == 0);
    close(tube[0]);
    say_poll("reader closed");
    return 0;
}
