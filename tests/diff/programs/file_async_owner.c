/* SPDX-License-Identifier: MIT */
/* file_async_owner.c - F_SETOWN and F_SETOWN_EX with processes and groups that are there or not. */
#include "tests/diff/diff.h"
struct owner {
    int type;
    int pid;
};

int main(void)
{
    struct owner owner = {1, getpid()};
    int tube[2];

    NEED(pipe(tube) == 0);
    SHOW(fcntl(tube[0], 15 /* F_SETOWN_EX */, &owner));
    memset(&owner, 0, sizeof owner);
    SHOW(fcntl(tube[0], 16 /* F_GETOWN_EX */, &owner));
    TELL(owner.type == 1 && owner.pid == getpid());
    SHOW(fcntl(tube[0], F_SETOWN, -getpgrp()));
    SHOW(fcntl(tube[0], 16, &owner));
    TELL(owner.type == 2 && owner.pid == getpgrp());
    owner = (struct owner){7, getpid()};
    SHOW(fcntl(tube[0], 15, &owner));
    owner = (struct owner){1, 4000000};
    SHOW(fcntl(tube[0], 15, &owner));
    SHOW(fcntl(tube[0], F_SETOWN, 4000000));
    SHOW(fcntl(tube[0], F_SETOWN, INT_MIN));
    SHOW(fcntl(tube[0], 10 /* F_SETSIG */, 99));
    SHOW(fcntl(tube[0], 15, BAD_POINTER));
    return 0;
}
