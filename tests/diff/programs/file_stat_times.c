/* SPDX-License-Identifier: MIT */
/* file_stat_times.c - reading, writing and changing a file move the right times. */
#include "tests/diff/diff.h"

static struct stat before, after;

static void change(const char *what)
{
    NEED(stat("file", &after) == 0);
    printf("%s: modified %s, changed %s\n", what,
           after.st_mtim.tv_sec != before.st_mtim.tv_sec ||
                   after.st_mtim.tv_nsec != before.st_mtim.tv_nsec
               ? "yes"
               : "no",
           after.st_ctim.tv_sec != before.st_ctim.tv_sec ||
                   after.st_ctim.tv_nsec != before.st_ctim.tv_nsec
               ? "yes"
               : "no");
    before = after;
    sleep_ms(15);
}

int main(void)
{
    char byte;

    make_text("file", "text");
    int fd = open("file", O_RDWR);
    NEED(stat("file", &before) == 0);
    sleep_ms(15);
    NEED(write(fd, "T", 1) == 1);
    change("write");
    NEED(pread(fd, &byte, 1, 0) == 1);
    change("read");
    NEED(fchmod(fd, 0600) == 0);
    change("chmod");
    NEED(ftruncate(fd, 1) == 0);
    change("truncate");
    NEED(link("file", "second") == 0);
    change("link");
    NEED(rename("second", "third") == 0 && unlink("third") == 0);
    change("unlink");
    NEED(fchown(fd, 0, 0) == 0);
    change("chown");
    return 0;
}
