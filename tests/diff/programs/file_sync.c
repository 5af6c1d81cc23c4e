/* SPDX-License-Identifier: MIT */
/* file_sync.c - the calls that flush. */
#include "tests/diff/diff.h"

int main(void)
{
    int fd = open("file", O_RDWR | O_CREAT, 0644);

    NEED(write(fd, "x", 1) == 1);
    SHOW(fsync(fd));
    SHOW(fdatasync(fd));
    SHOW(fsync(open(".", O_RDONLY)));
    SHOW(syncfs(fd));
    SHOW(fsync(99));
    SHOW(fdatasync(99));
    sync();
    SHOW(posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL) == 0);
    SHOW(posix_fadvise(fd, 0, 0, 99) == EINVAL);
    SHOW(posix_fadvise(99, 0, 0, POSIX_FADV_NORMAL) == EBADF);
    return 0;
}
