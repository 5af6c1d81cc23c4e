/* SPDX-License-Identifier: MIT */
/* path_inotify_directory.c - inotify_add_watch of directories with paths of every kind. */
#include "tests/diff/paths.h"
#include <sys/inotify.h>

int main(void)
{
    int fd = inotify_init();

    EACH_PATH(OK(inotify_add_watch(fd, path, IN_OPEN | IN_ONLYDIR)));
    return 0;
}
