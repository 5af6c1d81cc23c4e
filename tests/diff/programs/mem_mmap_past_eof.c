/* SPDX-License-Identifier: MIT */
/* mem_mmap_past_eof.c - touching pages past the end of a mapped file raises SIGBUS. */
#include "tests/diff/diff.h"

int main(void)
{
    make_text("file", "short");
    int fd = open("file", O_RDWR);
    char *map = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

    NEED(map != MAP_FAILED);
    say_touch("the last byte of the first page", map + PAGE - 1, 'r');
    say_touch("reading the second page", map + PAGE, 'r');
    say_touch("writing the third page", map + 2 * PAGE + 5, 'w');
    NEED(ftruncate(fd, 2 * (off_t)PAGE) == 0);
    say_touch("the second page of the longer file", map + PAGE, 'w');
    say_touch("the third page still", map + 2 * PAGE, 'r');
    return 0;
}
