/* SPDX-License-Identifier: MIT */
/* pointer_sendfile_offset.c - the offset of sendfile with pointers of every kind. */
#include "tests/diff/pointers.h"

int main(void)
{
    int in, out = open("out", O_RDWR | O_CREAT, 0644);

    make_text("in", "0123456789");
    in = open("in", O_RDONLY);

    EACH_POINTER(syscall(SYS_sendfile, out, in, at, 4));
    return 0;
}
