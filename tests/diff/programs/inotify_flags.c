/* SPDX-License-Identifier: MIT */
/* inotify_flags.c - one-shot watches, adding to a mask, creating only, directories only. */
#include "tests/diff/inotify.h"

int main(void)
{
    int fd = inotify_init1(IN_NONBLOCK);

    NEED(fd >= 0);
    make_text("file", "1");
    NEED(symlink("file", "link") == 0);
    SHOW(inotify_add_watch(fd, "file", IN_ATTRIB | IN_ONESHOT));
    NEED(chmod("file", 0600) == 0 && chmod("file", 0644) == 0);
    say_events(fd);
    SHOW(inotify_add_watch(fd, "file", IN_ATTRIB));
    SHOW(inotify_add_watch(fd, "file", IN_MASK_ADD | IN_OPEN));
    SHOW(inotify_add_watch(fd, "file", IN_MASK_CREATE | IN_OPEN));
    SHOW(inotify_add_watch(fd, "file", IN_MASK_CREATE | IN_MASK_ADD | IN_OPEN));
    NEED(chmod("file", 0600) == 0);
    close(open("file", O_RDONLY));
    say_events(fd);
    SHOW(inotify_add_watch(fd, "file", IN_ONLYDIR | IN_OPEN));
    SHOW(inotify_add_watch(fd, "link", IN_DONT_FOLLOW | IN_ATTRIB));
    SHOW(inotify_add_watch(fd, "link", IN_ATTRIB));
    return 0;
}
