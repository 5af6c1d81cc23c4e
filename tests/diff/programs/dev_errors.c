/* SPDX-License-Identifier: MIT */
/* dev_errors.c - devices that are not there, and directories of them. */
#include "tests/diff/diff.h"

int main(void)
{
    struct stat file;

    SHOW(open("/dev/nonsense", O_RDONLY));
    SHOW(open("/dev/null/x", O_RDONLY));
    NEED(stat("/dev", &file) == 0);
    printf("/dev is a %s\n", kind_of(file.st_mode));
    NEED(stat("/dev/shm", &file) == 0);
    printf("/dev/shm is a %s, mode %04o\n", kind_of(file.st_mode), file.st_mode & 07777);
    int fd = open("/dev/shm/lorica-test", O_RDWR | O_CREAT | O_EXCL, 0600);
    TELL(fd >= 0);
    SHOW(unlink("/dev/shm/lorica-test"));
    SHOW(ioctl(open("/dev/null", O_RDWR), TIOCGWINSZ, &file));
    return 0;
}
