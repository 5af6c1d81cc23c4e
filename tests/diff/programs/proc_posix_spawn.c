/* SPDX-License-Identifier: MIT */
/* proc_posix_spawn.c - posix_spawn starts programs, applies file actions, reports errors. */
#include "tests/diff/diff.h"

extern char **environ;

int main(int argc, char **argv)
{
    posix_spawn_file_actions_t actions;
    pid_t pid;
    int status;

    if (argc > 1) {
        printf("to standard output: %s\n", argv[1]);
        return 4;
    }
    NEED(posix_spawn_file_actions_init(&actions) == 0);
    NEED(posix_spawn_file_actions_addopen(&actions, 1, "out", O_WRONLY | O_CREAT, 0644) == 0);
    NEED(posix_spawn_file_actions_addclose(&actions, 0) == 0);
    SHOW_ERROR(
        posix_spawn(&pid, argv[0], &actions, NULL, (char *[]){argv[0], "spawned", NULL}, environ));
    NEED(waitpid(pid, &status, 0) == pid);
    say_status("child", status);
    say_file("out");
    SHOW_ERROR(posix_spawn(&pid, "missing", NULL, NULL, (char *[]){"missing", NULL}, environ));
    SHOW(waitpid(-1, &status, 0));
    return 0;
}
