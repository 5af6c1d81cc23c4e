/* SPDX-License-Identifier: MIT */
/* inotify_move.c - moves within and between directories share a cookie. */
#include "tests/diff/inotify.h"

int main(void)
{
    int fd = inotify_init1(IN_NONBLOCK);

    NEED(fd >= 0);
    NEED(mkdir("a", 0755) == 0 && mkdir("b", 0755) == 0 && mkdir("a/dir", 0755) == 0);
    make_text("a/file", "1");
    make_text("b/old", "2");
    SHOW(inotify_add_watch(fd, "a", IN_MOVE | IN_CREATE | IN_DELETE));
    SHOW(inotify_add_watch(fd, "b", IN_MOVE | IN_CREATE | IN_DELETE));
    NEED(rename("a/file", "a/renamed") == 0);
    say_events(fd);
    NEED(rename("a/renamed", "b/moved") == 0);
    say_events(fd);
    NEED(rename("a/dir", "b/dir") == 0);
    say_events(fd);
    NEED(rename("b/moved", "b/old") == 0);
    say_events(fd);
    return 0;
}
