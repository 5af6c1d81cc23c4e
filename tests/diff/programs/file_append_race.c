/* SPDX-License-Identifier: MIT */
/* file_append_race.c - two processes that append lose nothing. */
#include "tests/diff/diff.h"

int main(void)
{
    int lines[2] = {0, 0};

    for (int writer = 0; writer < 2; writer++) {
        if (fork() == 0) {
            int fd = open("file", O_WRONLY | O_CREAT | O_APPEND, 0644);

            for (int i = 0; i < 300; i++)
                NEED(write(fd, writer ? "bbbbbbb\n" : "aaaaaaa\n", 8) == 8);
            _exit(0);
        }
    }
    while (wait(NULL) > 0)
        continue;
    FILE *file = fopen("file", "r");
    char line[32];
    int broken = 0;
    while (fgets(line, sizeof line, file)) {
        if (strcmp(line, "aaaaaaa\n") == 0)
            lines[0]++;
        else if (strcmp(line, "bbbbbbb\n") == 0)
            lines[1]++;
        else
            broken++;
    }
    printf("%d and %d lines, %d broken\n", lines[0], lines[1], broken);
    return 0;
}
