/* SPDX-License-Identifier: MIT */
/* instance.h - the instances of the manifest: made (build.c), pumped (streams.c), taken back
 * (reap.c). */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "abi/exo_channel.h"
#include "lib/exo/instance.h"
#include "libos/init/archive.h"
#include "libos/init/manifest.h"

enum instance_state {
    INSTANCE_WAITING = 0, /* to be built, at not_before_ns */
    INSTANCE_RUNNING,
    INSTANCE_ENDING,  /* it has ended: what is in its rings and its EXIT go out */
    INSTANCE_REAPING, /* its resources go back */
    INSTANCE_OVER,
};

#define INSTANCE_STRUCTURE 16

struct instance {
    enum instance_state state;
    const struct manifest_instance *config;
    uint32_t index;
    uint64_t env;                                      /* first env; 0: none */
    struct instance_streams *streams;                  /* as mapped in init; NULL: none */
    uint64_t archive_frame, archive_pages;             /* of its root archive; pages 0: none */
    uint64_t given_pages;                              /* in the runs of its start block */
    struct instance_run structure[INSTANCE_STRUCTURE]; /* data frames that it is built from */
    uint32_t structure_count;
    uint64_t asked, asked_held, asked_due_ns; /* broker.c: pages that it owes; 0: none */
    uint32_t memory_asked; /* of its wishes for more the last that was answered */
    bool forced;           /* memory was taken from it by force */
    bool wrote;            /* something to its standard output, ever */
    uint32_t position_first;
    uint32_t credited;         /* bytes of input for which CREDIT was sent (mod 2^32) */
    uint32_t request_credited; /* likewise of requests */
    uint32_t log_bytes;        /* in log_line */
    char log_line[512];
    struct channel_exit exit;
    char reason[240];
    bool exit_sent;
    uint32_t restarts;
    uint64_t reap_place;    /* where cap_destroy goes on */
    uint64_t not_before_ns; /* waiting to be restarted until then */
};

/* instance_capability - CAP_CHILD becomes this instance's, with the rights to take free frames and time. False: it cannot. */
bool instance_capability(const struct instance *instance);

#define INSTANCE_RIGHTS (EXO_RIGHT_READ | EXO_RIGHT_WRITE | EXO_RIGHT_WX | EXO_RIGHT_GRANT)

/* What build needs besides the instance. */
struct build_input {
    const struct manifest *manifest;
    const struct archive *archive;
    uint64_t later_pages; /* reservations of those that are built after this one at the start */
};

/*
 * instance_build - create the instance's domain and let it run. State becomes RUNNING, or ENDING
 * with exit kind failed and a reason that names the thing and the fix; then what was made is given
 * back by instance_reap.
 */
void instance_build(struct instance *instance, const struct build_input *input);

/* instance_fail - it cannot go on: exit kind failed with this code and reason; state ENDING. */
void instance_fail(struct instance *instance, uint32_t code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * instance_pump - move what its rings hold to the host and its exit, as far as buffers go.
 *
 * Returns  true if something was moved
 */
bool instance_pump(struct instance *instance);

/* instance_input and the like - from the channel; false: the host broke the protocol. */
bool instance_input(struct instance *instance, const uint8_t *bytes, uint32_t count);
bool instance_request(struct instance *instance, const uint8_t *bytes, uint32_t count);
bool instance_input_end(struct instance *instance);
bool instance_signal(struct instance *instance, uint32_t signal);
bool instance_window(struct instance *instance, uint16_t rows, uint16_t columns);

/* instance_is_stopped - has the kernel stopped its first env (a trap with no handler left)? */
bool instance_is_stopped(const struct instance *instance);

/*
 * instance_reap - one bounded step of taking back all that its guard covers.
 *
 * again  it will be built once more: its root archive is kept for that
 *
 * Returns  true when nothing is left
 */
bool instance_reap(struct instance *instance, bool again);
