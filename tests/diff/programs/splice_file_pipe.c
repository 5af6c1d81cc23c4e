/* SPDX-License-Identifier: MIT */
/* splice_file_pipe.c - bytes go from a file through a pipe into another file. */
#include "tests/diff/diff.h"

int main(void)
{
    int tube[2];
    int in, out;
    off_t offset = 2;
    char text[16] = "";

    make_text("in", "hello splice");
    in = open("in", O_RDONLY);
    out = open("out", O_RDWR | O_CREAT, 0644);
    NEED(in >= 0 && out >= 0 && pipe(tube) == 0);
    SHOW(splice(in, NULL, tube[1], NULL, 5, 0));
    SHOW(lseek(in, 0, SEEK_CUR));
    SHOW(splice(in, &offset, tube[1], NULL, 3, SPLICE_F_MOVE));
    printf("%ld\n", (long)offset);
    SHOW(lseek(in, 0, SEEK_CUR));
    SHOW(splice(tube[0], NULL, out, NULL, 100, 0));
    say_file("out");
    offset = 1;
    NEED(write(tube[1], "XY", 2) == 2);
    SHOW(splice(tube[0], NULL, out, &offset, 2, 0));
    say_file("out");
    SHOW(lseek(out, 0, SEEK_CUR));
    offset = 100;
    SHOW(splice(in, &offset, tube[1], NULL, 3, 0));
    close(tube[1]);
    SHOW(splice(tube[0], NULL, out, NULL, 100, 0));
    SHOW(pread(out, text, 15, 0));
    return 0;
}
