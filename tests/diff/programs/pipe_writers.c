/* SPDX-License-Identifier: MIT */
/* pipe_writers.c - lines written by eight processes at once stay whole. */
#include "tests/diff/diff.h"

int main(void)
{
    int tube[2];
    int counts[8] = {0};
    int broken = 0;
    char line[32];

    NEED(pipe(tube) == 0);
    for (int writer = 0; writer < 8; writer++) {
        if (fork() == 0) {
            memset(line, 'a' + writer, sizeof line);
            for (int i = 0; i < 200; i++)
                NEED(write(tube[1], line, sizeof line) == sizeof line);
            _exit(0);
        }
    }
    close(tube[1]);
    for (;;) {
        size_t have = 0;
        ssize_t got = 1;

        while (have < sizeof line && (got = read(tube[0], line + have, sizeof line - have)) > 0)
            have += (size_t)got;
        if (have < sizeof line)
            break;
        for (size_t i = 1; i < sizeof line; i++)
            broken += line[i] != line[0];
        counts[(line[0] - 'a') & 7]++;
    }
    for (int writer = 0; writer < 8; writer++)
        printf("writer %d: %d lines\n", writer, counts[writer]);
    printf("broken bytes: %d\n", broken);
    while (wait(NULL) > 0)
        continue;
    return 0;
}
