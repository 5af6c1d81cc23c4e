/* SPDX-License-Identifier: MIT */
/* file_many.c - two thousand small files made, read and removed. */
#include "tests/diff/diff.h"

int main(void)
{
    char name[32], text[32];
    int wrong = 0;

    for (int i = 0; i < 2000; i++) {
        snprintf(name, sizeof name, "f%d", i);
        snprintf(text, sizeof text, "content %d", i);
        make_text(name, text);
    }
    for (int i = 1999; i >= 0; i--) {
        char back[32] = "";

        snprintf(name, sizeof name, "f%d", i);
        snprintf(text, sizeof text, "content %d", i);
        int fd = open(name, O_RDONLY);
        wrong +=
            read(fd, back, sizeof back - 1) != (ssize_t)strlen(text) || strcmp(back, text) != 0;
        wrong += close(fd) != 0 || unlink(name) != 0;
    }
    printf("wrong %d\n", wrong);
    SHOW(access("f0", F_OK));
    return 0;
}
