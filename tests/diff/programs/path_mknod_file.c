/* SPDX-License-Identifier: MIT */
/* path_mknod_file.c - mknod of a file with paths of every kind. */
#include "tests/diff/paths.h"

int main(void)
{
    EACH_PATH(mknod(path, S_IFREG | 0644, 0));
    return 0;
}
