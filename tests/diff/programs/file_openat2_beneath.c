/* SPDX-License-Identifier: MIT */
/* file_openat2_beneath.c - RESOLVE_BENEATH keeps a path inside its directory. */
#include "tests/diff/diff.h"
#include <linux/openat2.h>

static int dir;

static void try(const char *path, unsigned long resolve, unsigned long flags)
{
    struct open_how how = {.flags = flags, .resolve = resolve};
    long fd = syscall(SYS_openat2, dir, path, &how, sizeof how);

    printf("%s: %s\n", path, fd < 0 ? error_name(errno) : "opened");
    if (fd >= 0)
        close((int)fd);
}

int main(void)
{
    NEED(mkdir("root", 0755) == 0 && mkdir("root/sub", 0755) == 0);
    make_text("outside", "1");
    make_text("root/file", "1");
    NEED(symlink("/etc", "root/absolute") == 0 && symlink("../outside", "root/escape") == 0);
    NEED(symlink("sub/../file", "root/inside") == 0 && symlink("..", "root/sub/up") == 0);
    dir = open("root", O_RDONLY | O_DIRECTORY);
    NEED(dir >= 0);
    try("file", RESOLVE_BENEATH, O_RDONLY);
    try("sub/../file", RESOLVE_BENEATH, O_RDONLY);
    try("../outside", RESOLVE_BENEATH, O_RDONLY);
    try("..", RESOLVE_BENEATH, O_RDONLY);
    try("sub/../..", RESOLVE_BENEATH, O_RDONLY);
    try("/etc", RESOLVE_BENEATH, O_RDONLY);
    try("absolute", RESOLVE_BENEATH, O_RDONLY);
    try("escape", RESOLVE_BENEATH, O_RDONLY);
    try("inside", RESOLVE_BENEATH, O_RDONLY);
    try("sub/up/file", RESOLVE_BENEATH, O_RDONLY);
    try("sub/up/../outside", RESOLVE_BENEATH, O_RDONLY);
    try("absolute", RESOLVE_BENEATH, O_PATH | O_NOFOLLOW);
    return 0;
}
