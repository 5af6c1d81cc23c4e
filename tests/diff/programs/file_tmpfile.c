/* SPDX-License-Identifier: MIT */
/* file_tmpfile.c - a file without a name gets one by linkat, unless O_EXCL forbids it. */
#include "tests/diff/diff.h"

int main(void)
{
    char path[64];
    struct stat st;
    int fd = open(".", O_TMPFILE | O_RDWR, 0640);

    NEED(fd >= 0);
    SHOW(write(fd, "hello", 5));
    NEED(fstat(fd, &st) == 0);
    printf("%o %lu\n", st.st_mode, (unsigned long)st.st_nlink);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    SHOW(linkat(AT_FDCWD, path, AT_FDCWD, "named", AT_SYMLINK_FOLLOW));
    say_file("named");
    SHOW(linkat(AT_FDCWD, path, AT_FDCWD, "named", AT_SYMLINK_FOLLOW));
    SHOW(linkat(AT_FDCWD, path, AT_FDCWD, "second", AT_SYMLINK_FOLLOW));
    NEED(fstat(fd, &st) == 0);
    printf("%lu\n", (unsigned long)st.st_nlink);
    fd = open(".", O_TMPFILE | O_RDWR | O_EXCL, 0640);
    NEED(fd >= 0);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    SHOW(linkat(AT_FDCWD, path, AT_FDCWD, "never", AT_SYMLINK_FOLLOW));
    SHOW(open(".", O_TMPFILE | O_RDONLY, 0600));
    SHOW(open("named", O_TMPFILE | O_RDWR, 0600));
    SHOW(open("missing", O_TMPFILE | O_RDWR, 0600));
    return 0;
}
