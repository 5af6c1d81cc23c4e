/* SPDX-License-Identifier: MIT */
/* kind_copy_to.c - copy_file_range to on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    off_t offset = 0;
    int in;

    make_text("in", "abcdefgh");
    in = open("in", O_RDONLY);

    EACH_KIND_BUT(1u << 16, copy_file_range(in, &offset, fd, NULL, 4, 0));
    return 0;
}
