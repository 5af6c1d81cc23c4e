/* SPDX-License-Identifier: MIT */
/* pipe_fifo.c - a named pipe: opening both ends, order, errors. */
#include "tests/diff/diff.h"

int main(void)
{
    char text[32] = "";
    struct stat file;

    SHOW(mkfifo("fifo", 0640));
    SHOW(mkfifo("fifo", 0640));
    NEED(stat("fifo", &file) == 0);
    printf("%s mode %03o\n", kind_of(file.st_mode), file.st_mode & 0777);
    SHOW(open("fifo", O_WRONLY | O_NONBLOCK));
    pid_t pid = fork();
    if (pid == 0) {
        int out = open("fifo", O_WRONLY);

        _exit(write(out, "through the fifo", 16) == 16 ? 0 : 1);
    }
    int in = open("fifo", O_RDONLY);
    NEED(in >= 0);
    size_t total = 0;
    ssize_t got;
    while ((got = read(in, text + total, sizeof text - 1 - total)) > 0)
        total += (size_t)got;
    printf("%zu bytes \"%s\", then %zd, writer %d\n", total, text, got, reap(pid));
    SHOW(lseek(in, 0, SEEK_SET));
    close(in);
    in = open("fifo", O_RDONLY | O_NONBLOCK);
    TELL(in >= 0);
    SHOW(read(in, text, 1));
    return 0;
}
