/* SPDX-License-Identifier: MIT */
/* file_open_errors.c - what open refuses. */
#include "tests/diff/diff.h"

int main(void)
{
    char longest[300];

    memset(longest, 'n', sizeof longest - 1);
    longest[sizeof longest - 1] = 0;
    make_text("file", "text");
    NEED(mkdir("dir", 0755) == 0);
    SHOW(open("missing", O_RDONLY));
    SHOW(open("", O_RDONLY));
    SHOW(open("file/x", O_RDONLY));
    SHOW(open("file/", O_RDONLY));
    SHOW(open("missing/x", O_RDONLY | O_CREAT, 0644));
    SHOW(open("dir", O_WRONLY));
    SHOW(open("dir", O_RDWR));
    SHOW(open("dir", O_RDONLY | O_CREAT, 0644));
    SHOW(open("new/", O_RDONLY | O_CREAT, 0644));
    SHOW(open("file", O_RDONLY | O_DIRECTORY));
    SHOW(open(longest, O_RDONLY));
    SHOW(open(BAD_POINTER, O_RDONLY));
    SHOW(open(NULL, O_RDONLY));
    SHOW(open("/proc/self/nonsense", O_RDONLY));
    SHOW(open("dir", O_WRONLY | O_CREAT | O_EXCL, 0644));
    return 0;
}
