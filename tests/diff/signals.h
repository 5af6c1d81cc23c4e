/* SPDX-License-Identifier: MIT */
/* signals.h - for the programs of tests/diff about one signal each: its whole story, in words. */
#pragma once
#include "tests/diff/diff.h"

static int story_signal;

static int story_raise(void *unused)
{
    (void)unused;
    raise(story_signal);
    return 3;
}

static int story_ignore(void *unused)
{
    (void)unused;
    signal(story_signal, SIG_IGN);
    raise(story_signal);
    return 4;
}

static int story_handle(void *unused)
{
    (void)unused;
    catch_signal(story_signal, 0);
    raise(story_signal);
    kill(getpid(), story_signal);
    return caught_last == story_signal ? 10 + caught_count : 1;
}

static int story_reset(void *unused)
{
    (void)unused;
    catch_signal(story_signal, SA_RESETHAND);
    raise(story_signal);
    raise(story_signal);
    return 5;
}

static int story_block(void *unused)
{
    siginfo_t info;
    sigset_t set;
    int queued = story_signal >= SIGRTMIN;

    (void)unused;
    mask_signal(SIG_BLOCK, story_signal);
    raise(story_signal);
    raise(story_signal);
    sigemptyset(&set);
    sigaddset(&set, story_signal);
    if (sigwaitinfo(&set, &info) != story_signal || info.si_signo != story_signal)
        return 1;
    if (sigtimedwait(&set, &info, &(struct timespec){0, 0}) == story_signal)
        return queued ? 6 : 7;
    return errno == EAGAIN ? 8 : 2;
}

static int story_pending(void *unused)
{
    sigset_t set;

    (void)unused;
    catch_signal(story_signal, 0);
    mask_signal(SIG_BLOCK, story_signal);
    kill(getpid(), story_signal);
    sigpending(&set);
    if (!sigismember(&set, story_signal) || caught_count)
        return 1;
    mask_signal(SIG_UNBLOCK, story_signal);
    return 20 + caught_count;
}

static int story_exec_value(void *unused)
{
    struct sigaction action;

    (void)unused;
    signal(story_signal, SIG_IGN);
    sigaction(story_signal, NULL, &action);
    return action.sa_handler == SIG_IGN ? 9 : 1;
}

/* A stopped child is told and ended. */
static inline void story_child(const char *what, int (*body)(void *))
{
    int status;
    pid_t pid = fork();

    NEED(pid >= 0);
    if (pid == 0)
        _exit(body(NULL));
    NEED(waitpid(pid, &status, WUNTRACED) == pid);
    say_status(what, status);
    if (WIFSTOPPED(status)) {
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
    }
}

/* The group of a child whose parent is in another group of the session is not orphaned: SIGTSTP and its kin stop it. */
static int story_raise_in_group(void *unused)
{
    setpgid(0, 0);
    return story_raise(unused);
}

static inline void signal_story(int number)
{
    story_signal = number;
    story_child("default", story_raise);
    story_child("default in a group of its own", story_raise_in_group);
    story_child("ignored", story_ignore);
    story_child("handled", story_handle);
    story_child("handled once", story_reset);
    story_child("waited for", story_block);
    story_child("pending", story_pending);
    story_child("asked", story_exec_value);
}
