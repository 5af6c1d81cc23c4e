/* SPDX-License-Identifier: MIT */
/* inotify_directory.c - reading a watched directory and working below it. */
#include "tests/diff/inotify.h"

int main(void)
{
    int fd = inotify_init1(IN_NONBLOCK);
    struct dirent *entry;
    int count = 0;
    DIR *list;

    NEED(fd >= 0);
    NEED(mkdir("dir", 0755) == 0 && mkdir("dir/sub", 0755) == 0);
    SHOW(inotify_add_watch(fd, "dir", IN_OPEN | IN_ACCESS | IN_CLOSE));
    list = opendir("dir");
    NEED(list);
    say_events(fd);
    while ((entry = readdir(list)))
        count++;
    say_events(fd);
    closedir(list);
    say_events(fd);
    printf("%d\n", count);
    make_text("dir/sub/file", "deeper: not told");
    say_events(fd);
    return 0;
}
