/* SPDX-License-Identifier: MIT */
/* file_openat2_links.c - RESOLVE_NO_SYMLINKS, RESOLVE_NO_MAGICLINKS and RESOLVE_NO_XDEV. */
#include "tests/diff/diff.h"
#include <linux/openat2.h>

static void try(const char *path, unsigned long flags, unsigned long resolve)
{
    struct open_how how = {.flags = flags, .resolve = resolve};
    long fd = syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof how);

    printf("%s: %s\n", path, fd < 0 ? error_name(errno) : "opened");
    if (fd >= 0)
        close((int)fd);
}

int main(void)
{
    NEED(mkdir("dir", 0755) == 0);
    make_text("dir/file", "1");
    NEED(symlink("dir", "way") == 0 && symlink("dir/file", "link") == 0);
    try("dir/file", O_RDONLY, RESOLVE_NO_SYMLINKS);
    try("way/file", O_RDONLY, RESOLVE_NO_SYMLINKS);
    try("link", O_RDONLY, RESOLVE_NO_SYMLINKS);
    try("link", O_PATH | O_NOFOLLOW, RESOLVE_NO_SYMLINKS);
    try("link", O_RDONLY, RESOLVE_NO_MAGICLINKS);
    try("/proc/self/fd/0", O_RDONLY, RESOLVE_NO_MAGICLINKS);
    try("/proc/self/cwd/link", O_RDONLY, RESOLVE_NO_MAGICLINKS);
    try("/proc/self/fd/0", O_RDONLY, 0);
    try("/proc/self/status", O_RDONLY, RESOLVE_NO_XDEV);
    try("dir/file", O_RDONLY, RESOLVE_NO_XDEV);
    try("link", O_RDONLY, RESOLVE_NO_XDEV);
    try("link", O_RDONLY | O_TRUNC, RESOLVE_CACHED);
    return 0;
}
