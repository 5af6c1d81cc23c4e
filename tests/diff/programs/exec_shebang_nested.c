/* SPDX-License-Identifier: MIT */
/* exec_shebang_nested.c - scripts as interpreters of scripts, up to the limit. */
#include "tests/diff/diff.h"

int main(int argc, char **argv)
{
    char line[PATH_MAX + 64];
    char name[16];

    if (argc > 1) {
        printf("%d arguments, the last two: [%s] [%s]\n", argc - 1, argc > 2 ? argv[argc - 2] : "",
               argv[argc - 1]);
        return 0;
    }
    snprintf(line, sizeof line, "#!%s\n", argv[0]);
    make_file("./level0", line, strlen(line), 0755);
    for (int level = 1; level < 8; level++) {
        snprintf(name, sizeof name, "./level%d", level);
        snprintf(line, sizeof line, "#!./level%d\n", level - 1);
        make_file(name, line, strlen(line), 0755);
    }
    for (int level = 0; level < 8; level++) {
        pid_t pid = fork();

        if (pid == 0) {
            snprintf(name, sizeof name, "./level%d", level);
            execv(name, (char *[]){name, "end", NULL});
            printf("level %d: %s\n", level, error_name(errno));
            _exit(1);
        }
        printf("status %d\n", reap(pid));
    }
    make_text("./loop", "#!./loop\n");
    NEED(chmod("./loop", 0755) == 0);
    SHOW(execl("./loop", "loop", (char *)NULL));
    return 0;
}
