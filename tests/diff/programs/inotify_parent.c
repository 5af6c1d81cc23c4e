/* SPDX-License-Identifier: MIT */
/* inotify_parent.c - and child: one change is told to the watch of the directory and to the file's. */
#include "tests/diff/inotify.h"

int main(void)
{
    int fd = inotify_init1(IN_NONBLOCK);

    NEED(fd >= 0);
    NEED(mkdir("dir", 0755) == 0);
    make_text("dir/file", "1");
    SHOW(inotify_add_watch(fd, "dir", IN_ATTRIB | IN_MODIFY | IN_CLOSE_WRITE));
    NEED(chmod("dir/file", 0600) == 0);
    say_events(fd);
    NEED(chmod("dir", 0700) == 0);
    say_events(fd);
    make_text("dir/file", "22");
    say_events(fd);
    return 0;
}
