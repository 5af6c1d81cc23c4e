/* SPDX-License-Identifier: MIT */
/* path_chown.c - chown with paths of every kind. */
#include "tests/diff/paths.h"

int main(void)
{
    EACH_PATH(chown(path, (uid_t)-1, (gid_t)-1));
    return 0;
}
