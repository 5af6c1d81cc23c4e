/* SPDX-License-Identifier: MIT */
/* file_rename_whiteout.c - a whiteout stays behind, and flags that exclude each other. */
#include "tests/diff/diff.h"

int main(void)
{
    struct stat st;

    if (geteuid() != 0) {
        printf("needs root\n");
        return 0;
    }
    make_text("a", "A");
    SHOW(syscall(SYS_renameat2, AT_FDCWD, "a", AT_FDCWD, "b", 4));
    NEED(lstat("a", &st) == 0);
    printf("%s %lu\n", kind_of(st.st_mode), (unsigned long)st.st_rdev);
    say_file("b");
    SHOW(syscall(SYS_renameat2, AT_FDCWD, "b", AT_FDCWD, "a", 4 | 2));
    SHOW(syscall(SYS_renameat2, AT_FDCWD, "b", AT_FDCWD, "a", 4 | 1));
    SHOW(syscall(SYS_renameat2, AT_FDCWD, "b", AT_FDCWD, "c", 4 | 1));
    return 0;
}
