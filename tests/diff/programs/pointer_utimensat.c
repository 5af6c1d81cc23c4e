/* SPDX-License-Identifier: MIT */
/* pointer_utimensat.c - the times of utimensat with pointers of every kind. */
#include "tests/diff/pointers.h"

int main(void)
{
    make_text("file", "1");

    EACH_POINTER(syscall(SYS_utimensat, AT_FDCWD, "file", at, 0));
    return 0;
}
