/* SPDX-License-Identifier: MIT */
/* dev_random.c - /dev/random, /dev/urandom and getrandom give different bytes each time. */
#include "tests/diff/diff.h"

static void try(const char *path)
{
    unsigned char one[64] = {0}, two[64] = {0};
    int fd = open(path, O_RDONLY);

    NEED(read(fd, one, sizeof one) == sizeof one && read(fd, two, sizeof two) == sizeof two);
    printf("%s: equal %d\n", path, memcmp(one, two, sizeof one) == 0);
}

int main(void)
{
    struct stat file;

    try("/dev/random");
    try("/dev/urandom");
    NEED(stat("/dev/urandom", &file) == 0);
    printf("%s %lx\n", kind_of(file.st_mode), (unsigned long)file.st_rdev);
    SHOW(write(open("/dev/urandom", O_WRONLY), "seed", 4));
    return 0;
}
