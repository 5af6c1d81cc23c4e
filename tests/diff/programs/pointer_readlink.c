/* SPDX-License-Identifier: MIT */
/* pointer_readlink.c - readlink with pointers of every kind. */
#include "tests/diff/pointers.h"

int main(void)
{
    NEED(symlink("target", "link") == 0);

    EACH_POINTER(syscall(SYS_readlink, "link", at, 6));
    return 0;
}
