/* SPDX-License-Identifier: MIT */
/* clone_vm.c - a process that shares memory but is no thread: vfork's relative without the wait. */
#include "tests/diff/thread.h"

static int shared, own_pid, parent_of_child;
static char stack[65536] __attribute__((aligned(16)));

static int child(void *argument)
{
    set(&own_pid, getpid());
    set(&parent_of_child, getppid());
    wait_value(&shared, 1);
    set(&shared, (int)(long)argument);
    return 17;
}

static int dies(void *argument)
{
    (void)argument;
    kill(getpid(), SIGKILL);
    return 0;
}

int main(void)
{
    int status;
    long pid =
        bare_clone(CLONE_VM | SIGCHLD, stack + sizeof stack, NULL, NULL, NULL, child, (void *)5);

    NEED(pid > 0);
    wait_not(&own_pid, 0);
    TELL(own_pid == pid);
    TELL(parent_of_child == getpid());
    TELL(state_of(getpid(), (pid_t)pid) == 0); /* not among our threads */
    set(&shared, 1);
    NEED(waitpid((pid_t)pid, &status, 0) == pid);
    say_status("child", status);
    printf("shared %d\n", shared);
    pid = bare_clone(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | SIGCHLD,
                     stack + sizeof stack, NULL, NULL, NULL, dies, NULL);
    NEED(waitpid((pid_t)pid, &status, 0) == pid);
    say_status("killed child", status);
    printf("the parent lives\n");
    pid = bare_clone(CLONE_VM, stack + sizeof stack, NULL, NULL, NULL, dies, NULL);
    SHOW(waitpid((pid_t)pid, &status, 0));
    TELL(waitpid((pid_t)pid, &status, __WCLONE) == pid);
    say_status("child without a signal", status);
    return 0;
}
