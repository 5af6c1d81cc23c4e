/* SPDX-License-Identifier: MIT */
/* path_openat2_beneath.c - openat2 that stays beneath with paths of every kind. */
#include "tests/diff/paths.h"
#include <linux/openat2.h>

int main(void)
{
    struct open_how how = {.flags = O_RDONLY | O_NONBLOCK, .resolve = RESOLVE_BENEATH};

    EACH_PATH(OK(syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof how)));
    return 0;
}
