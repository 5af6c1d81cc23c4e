/* SPDX-License-Identifier: MIT */
/* dev_tty.c - /dev/tty without a controlling terminal. */
#include "tests/diff/diff.h"

int main(void)
{
    struct stat file;

    SHOW(open("/dev/tty", O_RDWR));
    NEED(stat("/dev/tty", &file) == 0);
    printf("%s %lx\n", kind_of(file.st_mode), (unsigned long)file.st_rdev);
    return 0;
}
