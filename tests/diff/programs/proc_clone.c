/* SPDX-License-Identifier: MIT */
/* proc_clone.c - clone with only an exit signal, with bad flags, with another exit signal. */
#include "tests/diff/diff.h"

static long raw_clone(unsigned long flags)
{
    return syscall(SYS_clone, flags, NULL, NULL, NULL, NULL);
}

int main(void)
{
    int status;
    long pid = raw_clone(SIGCHLD);

    if (pid == 0)
        _exit(12);
    TELL(waitpid((pid_t)pid, &status, 0) == pid);
    say_status("child", status);
    SHOW(raw_clone(CLONE_SIGHAND | SIGCHLD));
    SHOW(raw_clone(CLONE_THREAD | SIGCHLD));
    SHOW(raw_clone(CLONE_FS | CLONE_NEWNS | SIGCHLD));
    catch_signal(SIGUSR1, 0);
    pid = raw_clone(SIGUSR1);
    if (pid == 0)
        _exit(13);
    while (!caught_count)
        sleep_ms(1);
    printf("got %s\n", signal_name(caught_last));
    SHOW(waitpid((pid_t)pid, &status, 0));
    TELL(waitpid((pid_t)pid, &status, __WCLONE) == pid);
    say_status("child", status);
    return 0;
}
