/* SPDX-License-Identifier: MIT */
/* exec_shebang.c - a script's first line names its interpreter and one argument. */
#include "tests/diff/diff.h"

static void run(char *script, const char *first_line)
{
    int status;
    pid_t pid;

    make_file(script, first_line, strlen(first_line), 0755);
    pid = fork();
    if (pid == 0) {
        execv(script, (char *[]){"ignored", "x", "y z", NULL});
        printf("execv: %s\n", error_name(errno));
        _exit(1);
    }
    NEED(waitpid(pid, &status, 0) == pid);
    say_status("script", status);
}

int main(int argc, char **argv)
{
    char line[PATH_MAX + 64];

    if (argc > 1) {
        char name[16] = "";

        NEED(prctl(PR_GET_NAME, name) == 0);
        printf("process %s, AT_EXECFN %s, ", name, (char *)getauxval(AT_EXECFN));
        printf("%d arguments:", argc - 1);
        for (int i = 1; i < argc; i++)
            printf(" [%s]", argv[i]);
        printf("\n");
        return 7;
    }
    snprintf(line, sizeof line, "#!%s\necho body\n", argv[0]);
    run("./plain", line);
    snprintf(line, sizeof line, "#! %s  one argument here  \nbody", argv[0]);
    run("./argument", line);
    snprintf(line, sizeof line, "#!\t%s\t-e\t\n", argv[0]);
    run("./tabs", line);
    snprintf(line, sizeof line, "#!%s", argv[0]);
    run("./noline", line);
    run("./missing", "#!/no/such/interpreter -x\n");
    run("./empty", "#!\n");
    run("./spaces", "#!   \n");
    run("./directory", "#!/\n");
    return 0;
}
