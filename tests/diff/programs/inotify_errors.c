/* SPDX-License-Identifier: MIT */
/* inotify_errors.c - bad masks, descriptors, paths and watch numbers. */
#include "tests/diff/inotify.h"

int main(void)
{
    int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    char small[8];

    NEED(fd >= 0);
    make_text("file", "1");
    TELL(fcntl(fd, F_GETFD) == FD_CLOEXEC);
    SHOW(inotify_init1(1));
    SHOW(inotify_add_watch(fd, "file", 0));
    SHOW(inotify_add_watch(fd, "missing", IN_OPEN));
    SHOW(inotify_add_watch(fd, BAD_POINTER, IN_OPEN));
    SHOW(inotify_add_watch(999, "file", IN_OPEN));
    SHOW(inotify_add_watch(1, "file", IN_OPEN));
    SHOW(inotify_rm_watch(fd, 77));
    SHOW(inotify_rm_watch(1, 77));
    SHOW(inotify_rm_watch(999, 77));
    SHOW(read(fd, small, sizeof small));
    SHOW(inotify_add_watch(fd, "file", IN_ATTRIB));
    NEED(chmod("file", 0600) == 0);
    SHOW(read(fd, small, sizeof small));
    SHOW(write(fd, small, 1));
    SHOW(inotify_rm_watch(fd, 1));
    say_events(fd);
    return 0;
}
