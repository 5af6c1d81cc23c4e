/* SPDX-License-Identifier: MIT */
/* path_utime.c - utime with paths of every kind. */
#include "tests/diff/paths.h"

int main(void)
{
    EACH_PATH(syscall(SYS_utime, path, NULL));
    return 0;
}
