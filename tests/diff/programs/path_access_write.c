/* SPDX-License-Identifier: MIT */
/* path_access_write.c - access for writing with paths of every kind. */
#include "tests/diff/paths.h"

int main(void)
{
    EACH_PATH(access(path, W_OK));
    return 0;
}
