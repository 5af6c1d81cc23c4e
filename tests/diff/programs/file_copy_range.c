/* SPDX-License-Identifier: MIT */
/* file_copy_range.c - copy_file_range copies between files and refuses the rest. */
#include "tests/diff/diff.h"

int main(void)
{
    int tube[2];
    off_t from = 1, to = 3;

    make_text("file", "0123456789");
    int fd = open("file", O_RDONLY);
    int out = open("out", O_RDWR | O_CREAT, 0644);
    NEED(pipe(tube) == 0);
    SHOW(copy_file_range(fd, &from, out, &to, 4, 0));
    printf("%ld %ld\n", (long)from, (long)to);
    SHOW(copy_file_range(fd, NULL, out, &to, 100, 0));
    SHOW(copy_file_range(fd, NULL, out, NULL, 5, 0));
    SHOW(lseek(out, 0, SEEK_END));
    SHOW(copy_file_range(fd, NULL, tube[1], NULL, 5, 0));
    SHOW(copy_file_range(fd, NULL, out, NULL, 5, 1));
    SHOW(copy_file_range(out, NULL, fd, NULL, 5, 0));
    SHOW(copy_file_range(99, NULL, out, NULL, 5, 0));
    return 0;
}
