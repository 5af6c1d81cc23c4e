/* SPDX-License-Identifier: MIT */
/* inotify_self.c - a watched file moves, loses its last name, and its watch ends. */
#include "tests/diff/inotify.h"

int main(void)
{
    int fd = inotify_init1(IN_NONBLOCK);
    int file;

    NEED(fd >= 0);
    make_text("file", "1");
    SHOW(inotify_add_watch(fd, "file", IN_MOVE_SELF | IN_DELETE_SELF | IN_ATTRIB));
    NEED(rename("file", "moved") == 0);
    say_events(fd);
    NEED(unlink("moved") == 0);
    say_events(fd);
    make_text("held", "1");
    SHOW(inotify_add_watch(fd, "held", IN_DELETE_SELF));
    file = open("held", O_RDONLY);
    NEED(file >= 0 && unlink("held") == 0);
    say_events(fd);
    close(file);
    say_events(fd);
    NEED(mkdir("dir", 0755) == 0);
    SHOW(inotify_add_watch(fd, "dir", IN_DELETE_SELF));
    NEED(rmdir("dir") == 0);
    say_events(fd);
    return 0;
}
