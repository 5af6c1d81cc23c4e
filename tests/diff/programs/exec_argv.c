/* SPDX-License-Identifier: MIT */
/* exec_argv.c - arguments reach a new program exactly: empty ones, spaces, many. */
#include "tests/diff/diff.h"

int main(int argc, char **argv)
{
    if (argc > 1) {
        for (int i = 1; i < argc; i++)
            printf("argv[%d] = \"%s\" (%zu bytes)\n", i, argv[i], strlen(argv[i]));
        TELL(argv[argc] == NULL);
        return 0;
    }
    char *path = argv[0];

    execv(path,
          (char *[]){path, "one", "", "two words", "tab\tand\nnewline", "caf\xc3\xa9", "-x", NULL});
    perror("execv");
    return 1;
}
