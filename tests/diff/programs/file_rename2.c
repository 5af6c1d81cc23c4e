/* SPDX-License-Identifier: MIT */
/* file_rename2.c - renameat2 without replacing, exchanging, and bad flags. */
#include "tests/diff/diff.h"

static long rename2(const char *from, const char *to, unsigned flags)
{
    return syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, flags);
}

int main(void)
{
    make_text("a", "A");
    make_text("b", "B");
    NEED(mkdir("dir", 0755) == 0);
    SHOW(rename2("a", "b", 1));
    SHOW(rename2("a", "c", 1));
    SHOW(rename2("c", "b", 2));
    say_file("c");
    say_file("b");
    SHOW(rename2("c", "dir", 2));
    SHOW(access("c/.", F_OK));
    SHOW(rename2("c", "missing", 2));
    SHOW(rename2("b", "x", 3));
    SHOW(rename2("b", "x", 0x100));
    SHOW(rename2("b", "x", 0));
    return 0;
}
