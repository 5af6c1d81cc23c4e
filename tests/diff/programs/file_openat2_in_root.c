/* SPDX-License-Identifier: MIT */
/* file_openat2_in_root.c - RESOLVE_IN_ROOT makes the directory the root of the walk. */
#include "tests/diff/diff.h"
#include <linux/openat2.h>

static int dir;

static void try(const char *path, unsigned long resolve)
{
    struct open_how how = {.flags = O_RDONLY, .resolve = resolve};
    long fd = syscall(SYS_openat2, dir, path, &how, sizeof how);
    char text[16] = "";

    if (fd < 0) {
        printf("%s: %s\n", path, error_name(errno));
        return;
    }
    printf("%s: %zd \"%s\"\n", path, read((int)fd, text, 15), text);
    close((int)fd);
}

int main(void)
{
    NEED(mkdir("root", 0755) == 0 && mkdir("root/etc", 0755) == 0);
    make_text("outside", "out");
    make_text("root/etc/file", "in");
    NEED(symlink("/etc/file", "root/absolute") == 0);
    NEED(symlink("../../../etc/file", "root/etc/climb") == 0);
    dir = open("root", O_RDONLY | O_DIRECTORY);
    NEED(dir >= 0);
    try("/etc/file", RESOLVE_IN_ROOT);
    try("absolute", RESOLVE_IN_ROOT);
    try("etc/climb", RESOLVE_IN_ROOT);
    try("../../etc/file", RESOLVE_IN_ROOT);
    try("../outside", RESOLVE_IN_ROOT);
    try("/missing", RESOLVE_IN_ROOT);
    return 0;
}
