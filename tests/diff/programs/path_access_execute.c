/* SPDX-License-Identifier: MIT */
/* path_access_execute.c - access for executing with paths of every kind. */
#include "tests/diff/paths.h"

int main(void)
{
    EACH_PATH(access(path, X_OK));
    return 0;
}
