/* SPDX-License-Identifier: MIT */
/*
 * control.h - the directory of a running machine, through which other `lorica` commands find it and talk to it.
 *
 * STATE/run/NAME/ holds `lock` (locked while the run lasts), `pid`, `command`, the socket `control`, and for a machine in
 * the background the files `out`, `err` and, when it has ended, `status`. A client sends one line and reads lines until
 * the end: `ps`, `signal N`, `end`; after `exec` frames follow (remote.h); the answer to `strace LIMIT MASK` (hexadecimal, a bit a
 * call, 32 in a word, the lowest first) are records, until either side ends it.
 */
#pragma once
#include <poll.h>
#include <sys/types.h>
#include "libos/linux/observe/record.h"
#include "tools/text.h"

#define CONTROL_CLIENTS 8u

struct control;

/* What the session does on behalf of a client. */
struct control_actions {
    void *context;
    void (*signal)(void *context, int signal);
    void (*end)(void *context);
    int is_traced; /* the run itself shows calls: nobody else can */
    /* A request to an instance's LibOS; 0: there is no room for it now. */
    int (*request)(void *context, unsigned instance, const void *bytes, uint32_t length);
};

/*
 * control_open - make the directory.
 *
 * name       as the user wants it, or NULL: made from `program`
 * words      command line, for listings
 * instances  how many the machine has
 * keep       it stays when the run has ended (in the background)
 *
 * A name that is in use ends the process with a message (125). Gives.
 */
struct control *control_open(const char *name, char *const words[], int count, unsigned instances,
                             int keep);
const char *control_name(const struct control *control);

/* "STATE/run/NAME/FILE" of this machine. Gives. */
char *control_file(const struct control *control, const char *file);

/* control_slots - what to poll for: at most CONTROL_CLIENTS + 1. Returns how many. */
unsigned control_slots(struct control *control, struct pollfd *slot);

/* control_turn - look after clients whose descriptors are ready, and those that have waited long enough. */
void control_turn(struct control *control, const struct pollfd *slot, unsigned count,
                  const struct control_actions *actions);

/* control_record - a record from an instance: an answer that a client waits for. */
void control_record(struct control *control, unsigned instance, const struct record *record,
                    const uint8_t *body, size_t length);

/* control_is_full - does a client have to read first before more may be taken from the machine? */
int control_is_full(const struct control *control);

/* control_close - the run is over. */
void control_close(struct control *control, int status);

/* --- For the clients
 * ------------------------------------------------------------------------------- */

struct machine_row {
    char *name;
    int running;
    pid_t pid;
    char *command;
    int64_t started; /* seconds since 1970 */
    int status;      /* of one that has ended */
};

/*
 * control_list - the machines of this user, sorted by name; what is left of runs that were killed is removed.
 *
 * Returns how many. *rows gives.
 */
size_t control_list(struct machine_row **rows);

/* control_find - the machine of that name; none ends the process with a message (3). */
struct machine_row control_find(const char *verb, const char *name);

/* control_connect - a connection on which the line was sent; -1 with errno. */
int control_connect(const char *name, const char *line);

/* control_ask - send a line, get the answer. 0, or -1 with errno. */
int control_ask(const char *name, const char *line, struct buffer *answer);

/* Path of a machine's file. Gives. */
char *control_path(const char *name, const char *file);

/* Remove what is kept of a machine that has ended. */
void control_remove(const char *name);
