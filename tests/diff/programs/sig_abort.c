/* SPDX-License-Identifier: MIT */
/* sig_abort.c - abort kills even with SIGABRT ignored, and a handler sees it first. */
#include "tests/diff/diff.h"

static int child(void *handle)
{
    if (handle)
        catch_signal(SIGABRT, 0);
    else
        signal(SIGABRT, SIG_IGN);
    abort();
}

int main(void)
{
    run_child("ignoring child", child, NULL);
    run_child("handling child", child, "");
    return 0;
}
