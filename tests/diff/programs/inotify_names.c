/* SPDX-License-Identifier: MIT */
/* inotify_names.c - creating, removing and linking names in a watched directory. */
#include "tests/diff/inotify.h"

int main(void)
{
    int fd = inotify_init1(IN_NONBLOCK);

    NEED(fd >= 0);
    NEED(mkdir("dir", 0755) == 0);
    SHOW(inotify_add_watch(fd, "dir", IN_CREATE | IN_DELETE));
    make_text("dir/a", "A");
    NEED(mkdir("dir/sub", 0755) == 0);
    NEED(symlink("a", "dir/link") == 0);
    NEED(mkfifo("dir/fifo", 0600) == 0);
    NEED(link("dir/a", "dir/b") == 0);
    say_events(fd);
    NEED(unlink("dir/a") == 0 && rmdir("dir/sub") == 0 && unlink("dir/link") == 0);
    say_events(fd);
    SHOW(unlink("dir/missing"));
    say_events(fd);
    return 0;
}
