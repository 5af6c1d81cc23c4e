/* SPDX-License-Identifier: MIT */
/* clone_shares.c - CLONE_FS, CLONE_FILES and CLONE_SIGHAND: what a process shares and what exec ends. */
#include "tests/diff/thread.h"

static char stack[65536] __attribute__((aligned(16)));
static int step, seen;

static int moves(void *unused)
{
    (void)unused;
    mkdir("below", 0755);
    chdir("below");
    umask(011);
    return 0;
}

static int opens(void *unused)
{
    (void)unused;
    return open("/dev/null", O_RDONLY);
}

static void handler(int number)
{
    (void)number;
}

static int handles(void *unused)
{
    (void)unused;
    signal(SIGUSR1, handler);
    return 0;
}

static int execs(void *unused)
{
    (void)unused;
    char *const arguments[] = {"clone_shares", "again", NULL};

    execv("/proc/self/exe", arguments);
    return 99;
}

static void run(const char *what, unsigned long flags, int (*body)(void *))
{
    int status = -1;
    long pid =
        bare_clone(flags | CLONE_VM | SIGCHLD, stack + sizeof stack, NULL, NULL, NULL, body, NULL);

    NEED(waitpid((pid_t)pid, &status, 0) == pid);
    printf("%s: ", what);
    say_status("child", status);
}

static void say_directory(void)
{
    char text[512];
    mode_t mask = umask(0);

    umask(mask);
    NEED(getcwd(text, sizeof text));
    printf("in %s, umask %03o\n", strstr(text, "/below") ? "below" : "the start", mask);
}

static void say_handler(void)
{
    struct sigaction action;

    sigaction(SIGUSR1, NULL, &action);
    printf("handler %s\n", action.sa_handler == SIG_DFL ? "default" : "its own");
}

int main(int argc, char **argv)
{
    (void)argv;
    if (argc > 1) {
        say_handler();
        chdir("/");
        umask(0);
        close(0);
        close(3);
        return 4;
    }
    umask(022);
    run("no CLONE_FS", 0, moves);
    say_directory();
    run("CLONE_FS", CLONE_FS, moves);
    say_directory();
    run("no CLONE_FILES", 0, opens);
    SHOW(fcntl(3, F_GETFD));
    run("CLONE_FILES", CLONE_FILES, opens);
    SHOW(fcntl(3, F_GETFD));
    run("no CLONE_SIGHAND", 0, handles);
    say_handler();
    run("CLONE_SIGHAND", CLONE_SIGHAND, handles);
    say_handler();
    run("all, then exec", CLONE_FS | CLONE_FILES | CLONE_SIGHAND, execs);
    say_handler();
    SHOW(fcntl(0, F_GETFD));
    SHOW(fcntl(3, F_GETFD));
    (void)step;
    (void)seen;
    return 0;
}
