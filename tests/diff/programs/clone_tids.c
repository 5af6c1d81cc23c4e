/* SPDX-License-Identifier: MIT */
/* clone_tids.c - where clone stores thread ids, and the word that is cleared at the end. */
#include "tests/diff/thread.h"

enum {
    THREAD = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM
};

static char stack[65536] __attribute__((aligned(16)));
static int parent_word, child_word, seen_by_child, go;

static int body(void *unused)
{
    (void)unused;
    set(&seen_by_child, child_word == (int)syscall(SYS_gettid));
    wait_value(&go, 1);
    return 0;
}

static int sets_address(void *word)
{
    syscall(SYS_set_tid_address, word);
    return 0;
}

int main(void)
{
    long thread =
        bare_clone(THREAD | CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID,
                   stack + sizeof stack, &parent_word, &child_word, NULL, body, NULL);

    NEED(thread > 0);
    TELL(parent_word == thread);
    wait_value(&seen_by_child, 1);
    TELL(child_word == thread);
    set(&go, 1);
    while (get(&child_word)) /* cleared, and a waiter is woken */
        futex(&child_word, FUTEX_WAIT, (uint32_t)thread, NULL);
    printf("cleared\n");
    wait_state(getpid(), (pid_t)thread, 0);
    child_word = 77;
    thread = bare_clone(THREAD, stack + sizeof stack, NULL, NULL, NULL, sets_address, &child_word);
    NEED(thread > 0);
    while (get(&child_word))
        futex(&child_word, FUTEX_WAIT, 77, NULL);
    printf("cleared again\n");
    wait_state(getpid(), (pid_t)thread, 0);
    /* a process with memory of its own stores into that */
    child_word = 5;
    pid_t pid = (pid_t)syscall(SYS_clone, CLONE_CHILD_SETTID | CLONE_PARENT_SETTID | SIGCHLD, NULL,
                               &parent_word, &child_word, NULL);

    if (pid == 0)
        _exit(child_word == getpid() ? 3 : 4);
    printf("child %d, parent's word %d, pid stored %d\n", reap(pid), child_word,
           parent_word == pid);
    return 0;
}
