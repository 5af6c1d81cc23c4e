/* SPDX-License-Identifier: MIT */
/* host.c - a program compiled on this machine: arguments, input, sorting, mathematics, a child, an
 * exit status. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/wait.h>

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int run_child(void)
{
    int status = 0;
    pid_t pid = fork();

    if (pid == 0)
        _exit(23);
    return pid > 0 && waitpid(pid, &status, 0) == pid ? WEXITSTATUS(status) : -1;
}

int main(int argc, char **argv)
{
    char line[256];
    double sum = 0;
    int lines = 0;

    for (int i = 0; i < argc; i++)
        printf("argv[%d] = %s\n", i, argv[i]);
    while (fgets(line, sizeof line, stdin)) {
        lines++;
        sum += sqrt(atof(line));
    }
    printf("%d lines, sum of roots %.6f\n", lines, sum);
    qsort(argv + 1, (size_t)argc - 1, sizeof *argv, compare);
    for (int i = 1; i < argc; i++)
        printf("%s%c", argv[i], i + 1 < argc ? ' ' : '\n');
    printf("child %d\n", run_child());
    fprintf(stderr, "to standard error\n");
    return argc + 10;
}
