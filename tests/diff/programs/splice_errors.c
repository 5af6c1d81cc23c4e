/* SPDX-License-Identifier: MIT */
/* splice_errors.c - splice, tee and vmsplice refuse what is no pipe, bad flags and offsets. */
#include "tests/diff/diff.h"

int main(void)
{
    int tube[2];
    off_t offset = 0;
    int file;
    char byte = 'x';
    struct iovec vector = {&byte, 1};

    make_text("file", "hello");
    file = open("file", O_RDWR);
    NEED(file >= 0 && pipe(tube) == 0);
    SHOW(splice(file, NULL, file, NULL, 1, 0));
    SHOW(splice(file, NULL, tube[1], &offset, 1, 0));
    SHOW(splice(tube[0], &offset, file, NULL, 1, 0));
    SHOW(splice(file, NULL, tube[1], NULL, 1, 0x100));
    SHOW(splice(999, NULL, tube[1], NULL, 1, 0));
    SHOW(splice(file, NULL, tube[0], NULL, 1, 0));
    SHOW(splice(tube[1], NULL, file, NULL, 1, 0));
    SHOW(splice(file, NULL, tube[1], NULL, 0, 0));
    SHOW(splice(file, BAD_POINTER, tube[1], NULL, 1, 0));
    SHOW(tee(file, tube[1], 1, 0));
    SHOW(tee(tube[0], file, 1, 0));
    SHOW(tee(tube[0], tube[1], 0, 0));
    SHOW(vmsplice(file, &vector, 1, 0));
    SHOW(vmsplice(999, &vector, 1, 0));
    SHOW(vmsplice(tube[1], BAD_POINTER, 1, 0));
    SHOW(vmsplice(tube[1], &vector, 1, 0x100));
    file = open("file", O_RDWR | O_APPEND);
    NEED(write(tube[1], "x", 1) == 1);
    SHOW(splice(tube[0], NULL, file, NULL, 1, 0));
    return 0;
}
