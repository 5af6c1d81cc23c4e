/* SPDX-License-Identifier: MIT */
/* inotify_attrib.c - attributes, links and times of a watched file. */
#include "tests/diff/inotify.h"

int main(void)
{
    int fd = inotify_init1(IN_NONBLOCK);
    struct timespec times[2] = {{1, 0}, {2, 0}};

    make_text("file", "hello");
    NEED(fd >= 0);
    SHOW(inotify_add_watch(fd, "file", IN_ALL_EVENTS));
    NEED(chmod("file", 0600) == 0);
    say_events(fd);
    NEED(chown("file", getuid(), getgid()) == 0);
    say_events(fd);
    NEED(utimensat(AT_FDCWD, "file", times, 0) == 0);
    say_events(fd);
    NEED(link("file", "other") == 0);
    say_events(fd);
    NEED(unlink("other") == 0);
    say_events(fd);
    return 0;
}
