/* SPDX-License-Identifier: MIT */
/* inotify_data.c - opening, reading, writing, closing and truncating a watched file. */
#include "tests/diff/inotify.h"

int main(void)
{
    int fd = inotify_init1(IN_NONBLOCK);
    char bytes[4];
    int file;

    make_text("file", "hello");
    NEED(fd >= 0);
    SHOW(inotify_add_watch(fd, "file", IN_ALL_EVENTS));
    file = open("file", O_RDONLY);
    NEED(file >= 0);
    say_events(fd);
    NEED(read(file, bytes, 4) == 4);
    NEED(pread(file, bytes, 4, 1) == 4);
    say_events(fd);
    NEED(read(file, bytes, 4) == 1 && read(file, bytes, 4) == 0);
    say_events(fd);
    close(file);
    say_events(fd);
    file = open("file", O_RDWR);
    NEED(write(file, "x", 1) == 1);
    NEED(ftruncate(file, 2) == 0);
    say_events(fd);
    close(file);
    say_events(fd);
    NEED(truncate("file", 1) == 0);
    say_events(fd);
    return 0;
}
