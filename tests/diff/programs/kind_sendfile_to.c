/* SPDX-License-Identifier: MIT */
/* kind_sendfile_to.c - sendfile to on descriptors of every kind. */
#include "tests/diff/kinds.h"

int main(void)
{
    off_t offset = 0;
    int in;

    make_text("in", "abcdefgh");
    in = open("in", O_RDONLY);

    EACH_KIND_BUT(0x3e00u, sendfile(fd, in, &offset, 4));
    return 0;
}
