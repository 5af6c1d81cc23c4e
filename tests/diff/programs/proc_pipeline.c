/* SPDX-License-Identifier: MIT */
/* proc_pipeline.c - four processes in a row, as a shell would start them. */
#include "tests/diff/diff.h"

static void filter(int in, int out, int step)
{
    char bytes[512];
    ssize_t length;

    while ((length = read(in, bytes, sizeof bytes)) > 0) {
        for (ssize_t i = 0; i < length; i++)
            bytes[i] = (char)(bytes[i] + step);
        NEED(write(out, bytes, (size_t)length) == length);
    }
    _exit(step);
}

int main(void)
{
    int in = -1;
    int total = 0;
    int codes = 0;
    char bytes[512];

    for (int step = 0; step < 4; step++) {
        int tube[2];

        NEED(pipe(tube) == 0);
        if (fork() == 0) {
            close(tube[0]);
            if (step > 0)
                filter(in, tube[1], step);
            memset(bytes, 'a', sizeof bytes);
            for (int i = 0; i < 400; i++)
                NEED(write(tube[1], bytes, sizeof bytes) == sizeof bytes);
            _exit(0);
        }
        close(tube[1]);
        if (in >= 0)
            close(in);
        in = tube[0];
    }
    ssize_t length;
    while ((length = read(in, bytes, sizeof bytes)) > 0)
        total += (int)length;
    for (int i = 0, status; i < 4; i++) {
        NEED(wait(&status) > 0);
        codes += WEXITSTATUS(status);
    }
    printf("%d bytes, last %c, codes %d\n", total, bytes[0], codes);
    return 0;
}
