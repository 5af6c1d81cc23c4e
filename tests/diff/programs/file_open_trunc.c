/* SPDX-License-Identifier: MIT */
/* file_open_trunc.c - O_TRUNC empties a file for all who have it open. */
#include "tests/diff/diff.h"

int main(void)
{
    char bytes[8];

    make_text("file", "0123456789");
    int first = open("file", O_RDWR);
    NEED(lseek(first, 8, SEEK_SET) == 8);
    int second = open("file", O_WRONLY | O_TRUNC);
    NEED(second >= 0);
    SHOW(read(first, bytes, sizeof bytes));
    SHOW(lseek(first, 0, SEEK_END));
    SHOW(write(second, "new", 3));
    SHOW(lseek(first, 0, SEEK_SET));
    SHOW(read(first, bytes, sizeof bytes));
    return 0;
}
