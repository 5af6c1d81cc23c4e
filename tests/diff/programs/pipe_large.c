/* SPDX-License-Identifier: MIT */
/* pipe_large.c - a megabyte through a pipe arrives complete. */
#include "tests/diff/diff.h"

int main(void)
{
    int tube[2];
    static unsigned char bytes[1 << 20];
    size_t total = 0;
    size_t wrong = 0;
    ssize_t got;

    NEED(pipe(tube) == 0);
    if (fork() == 0) {
        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = (unsigned char)(i * 7 + i / 256);
        _exit(write(tube[1], bytes, sizeof bytes) == sizeof bytes ? 0 : 1);
    }
    close(tube[1]);
    while ((got = read(tube[0], bytes + total, sizeof bytes - total)) > 0)
        total += (size_t)got;
    for (size_t i = 0; i < total; i++)
        wrong += bytes[i] != (unsigned char)(i * 7 + i / 256);
    int status;
    NEED(wait(&status) > 0);
    say_status("writer", status);
    printf("%zu bytes, %zu wrong\n", total, wrong);
    return 0;
}
