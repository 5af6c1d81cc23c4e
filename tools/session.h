/* SPDX-License-Identifier: MIT */
/*
 * session.h - the host's side of a running machine: streams, signals, time limit, exit status.
 */
#pragma once
#include "tools/machine.h"

struct control;

struct session_wish {
    uint64_t timeout_ms; /* 0: none */
    int raw;             /* make a terminal raw, once the machine runs */
    int no_input;        /* standard input is not the program's (a debugger has it) */
    int debugging;       /* no limit on booting; interrupts are the debugger's */
    unsigned instances;
    /*
     * Bytes of records from an instance, or NULL: nobody looks at them. What is appended to `text` is written to
     * records_fd before anything else is taken from the machine.
     */
    void (*records)(void *context, unsigned instance, const char *bytes, size_t length,
                    struct buffer *text);
    void *records_context;
    int records_fd;
    int is_traced;                  /* the run itself shows calls */
    struct control *control;        /* other commands may talk to this run; NULL: none may */
    void (*started)(void *context); /* the machine has greeted; NULL: nobody wants to know */
    void *started_context;
    /* A CHANNEL_PACKET of an instance, or NULL. */
    void (*packet)(void *context, unsigned instance, const char *bytes, size_t length);
    void *packet_context;
};

struct session_end {
    int status;      /* exit status of the command */
    int signal;      /* that ended the program; 0: none */
    char *reason;    /* what Lorica says about it, or NULL */
    int own;         /* the reason is the instance's own word */
    int64_t boot_ms; /* from QEMU's start to init's greeting; -1: never came */
    uint64_t wall_ms;
    struct text_list missing; /* calls that the LibOS reported as not implemented */
};

/*
 * session_run - be the program's terminal until the machine ends.
 *
 * machine  started with a channel; has ended and is reaped on return
 * end      what came of it; of several instances the first one that did not end with 0 counts
 *
 * SIGINT, SIGTERM, SIGHUP, SIGQUIT go to the program; a second SIGINT or SIGTERM within two seconds
 * of one that it did not end by ends the machine. SIGTSTP stops the machine with the tool.
 */
void session_run(struct machine *machine, const struct session_wish *wish, struct session_end *end);

/* Block the signals that session_run will take; called before the machine starts. */
void session_prepare(int debugging);
