/* SPDX-License-Identifier: MIT */
/* file_access.c - access as root, and its errors. */
#include "tests/diff/diff.h"

int main(void)
{
    make_text("file", "x");
    NEED(chmod("file", 0) == 0);
    NEED(symlink("nowhere", "dangling") == 0);
    SHOW(access("file", F_OK));
    SHOW(access("file", R_OK | W_OK));
    SHOW(access("file", X_OK));
    NEED(chmod("file", 0010) == 0);
    SHOW(access("file", X_OK));
    SHOW(access(".", X_OK));
    SHOW(access("missing", F_OK));
    SHOW(access("dangling", F_OK));
    SHOW(access("file/x", F_OK));
    SHOW(access("file", 8));
    SHOW(access("", F_OK));
    SHOW(access(BAD_POINTER, F_OK));
    SHOW(syscall(SYS_faccessat2, AT_FDCWD, "dangling", F_OK, AT_SYMLINK_NOFOLLOW));
    SHOW(syscall(SYS_faccessat2, AT_FDCWD, "file", R_OK, AT_EACCESS));
    SHOW(syscall(SYS_faccessat2, AT_FDCWD, "file", R_OK, 0x4000));
    SHOW(syscall(SYS_faccessat, 99, "file", R_OK));
    return 0;
}
