/* SPDX-License-Identifier: MIT */
/*
 * broker.h - memory goes from one running instance to another: asked for first, taken by force at the deadline.
 *
 * What kernel/core/revoke.c leaves to policy: from whom, how much (share.h), until when (`deadline` of the manifest), and
 * which frames go when an instance does not answer. One need is served at a time.
 */
#pragma once
#include "libos/init/instance.h"

enum broker_answer {
    BROKER_READY,  /* that many frames are free now */
    BROKER_WAIT,   /* others have been asked, or somebody else's need comes first; step again */
    BROKER_NOTHING /* the rules allow no more than is free */
};

/* broker_start - the instances that there are; kept. */
void broker_start(struct instance *instances, uint32_t count);

/*
 * broker_want - free frames for an instance.
 *
 * Returns  see above; BROKER_WAIT stays this instance's turn until another answer comes, or broker_forget
 */
enum broker_answer broker_want(struct instance *instance, uint64_t pages);

/* broker_forget - an instance that waits does not want any more; one that was asked has ended. */
void broker_forget(struct instance *instance);

/* broker_step - what running instances ask for, and what is due. True: something was done. */
bool broker_step(void);

/* broker_deadline - when broker_step must be called at the latest; EXO_FOREVER: no time. */
uint64_t broker_deadline(void);

/* broker_free - frames that may be given away; init keeps a few for its own tables. */
uint64_t broker_free(void);
