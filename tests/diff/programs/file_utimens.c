/* SPDX-License-Identifier: MIT */
/* file_utimens.c - setting times: exact, now, omitted, and wrong ones. */
#include "tests/diff/diff.h"

static void say_times(const char *when)
{
    struct stat file;

    NEED(stat("file", &file) == 0);
    printf("%s: accessed %ld.%09ld, modified %ld.%09ld\n", when, (long)file.st_atim.tv_sec,
           file.st_atim.tv_nsec, (long)file.st_mtim.tv_sec, file.st_mtim.tv_nsec);
}

int main(void)
{
    struct timespec times[2] = {{1000, 1}, {2000000000, 999999999}};
    struct stat file;

    make_text("file", "x");
    SHOW(utimensat(AT_FDCWD, "file", times, 0));
    say_times("set");
    times[0].tv_nsec = UTIME_OMIT;
    times[1] = (struct timespec){5, 5};
    SHOW(utimensat(AT_FDCWD, "file", times, 0));
    say_times("one omitted");
    times[1].tv_nsec = 1000000000;
    SHOW(utimensat(AT_FDCWD, "file", times, 0));
    times[1].tv_nsec = UTIME_NOW;
    SHOW(utimensat(AT_FDCWD, "file", times, 0));
    NEED(stat("file", &file) == 0);
    TELL(file.st_mtim.tv_sec > 1600000000);
    SHOW(futimens(open("file", O_RDONLY), (struct timespec[]){{7, 7}, {8, 8}}));
    say_times("by descriptor");
    SHOW(utimensat(AT_FDCWD, "missing", NULL, 0));
    SHOW(syscall(SYS_utimensat, AT_FDCWD, "file", BAD_POINTER, 0));
    SHOW(utimensat(AT_FDCWD, "file", NULL, 0x4000));
    return 0;
}
