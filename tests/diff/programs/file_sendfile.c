/* SPDX-License-Identifier: MIT */
/* file_sendfile.c - copying between descriptors inside the kernel. */
#include "tests/diff/diff.h"

int main(void)
{
    int tube[2];
    off_t at = 2;
    char text[16] = "";

    make_text("file", "0123456789");
    int fd = open("file", O_RDONLY);
    int out = open("out", O_RDWR | O_CREAT, 0644);
    NEED(pipe(tube) == 0);
    SHOW(sendfile(out, fd, &at, 4));
    printf("offset %ld, own %ld\n", (long)at, (long)lseek(fd, 0, SEEK_CUR));
    SHOW(sendfile(out, fd, NULL, 100));
    SHOW(sendfile(out, fd, NULL, 100));
    say_file("out");
    at = 8;
    SHOW(sendfile(tube[1], fd, &at, 10));
    SHOW(read(tube[0], text, sizeof text));
    printf("\"%s\"\n", text);
    SHOW(sendfile(fd, out, NULL, 1));
    SHOW(sendfile(99, fd, NULL, 1));
    SHOW(sendfile(out, tube[0], NULL, 1));
    return 0;
}
