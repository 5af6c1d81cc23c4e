/* SPDX-License-Identifier: MIT */
/* exec_e2big.c - one argument over 128 KiB or all over the stack's quarter are too much. */
#include "tests/diff/diff.h"

static char *argument(size_t length)
{
    char *text = malloc(length + 1);

    NEED(text);
    memset(text, 'a', length);
    text[length] = 0;
    return text;
}

int main(int argc, char **argv)
{
    enum {
        MANY = 100
    };
    char *list[MANY + 3] = {argv[0]};
    size_t page = PAGE;

    if (argc > 1) {
        size_t total = 0;

        for (int i = 1; i < argc; i++)
            total += strlen(argv[i]);
        printf("%d arguments of %zu bytes in all\n", argc - 1, total);
        return 0;
    }
    list[1] = argument(32 * page);
    SHOW(execv(argv[0], list));
    for (int i = 1; i < MANY; i++)
        list[i] = argument(30 * page);
    SHOW(execv(argv[0], list));
    for (int i = 1; i < MANY; i++)
        list[i] = argument(8000);
    list[1] = argument(32 * page - 1);
    execv(argv[0], list);
    perror("execv");
    return 1;
}
