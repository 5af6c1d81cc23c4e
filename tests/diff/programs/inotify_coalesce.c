/* SPDX-License-Identifier: MIT */
/* inotify_coalesce.c - equal events in a row are one, others between keep them apart. */
#include "tests/diff/inotify.h"

int main(void)
{
    int fd = inotify_init1(IN_NONBLOCK);
    int length = 0;

    NEED(fd >= 0);
    make_text("file", "1");
    make_text("more", "1");
    SHOW(inotify_add_watch(fd, ".", IN_ATTRIB));
    for (int i = 0; i < 5; i++)
        NEED(chmod("file", 0600) == 0);
    NEED(chmod("more", 0600) == 0);
    NEED(chmod("file", 0600) == 0);
    SHOW(ioctl(fd, FIONREAD, &length));
    printf("%d\n", length);
    say_events(fd);
    SHOW(ioctl(fd, FIONREAD, &length));
    printf("%d\n", length);
    return 0;
}
