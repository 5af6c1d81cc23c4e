/* SPDX-License-Identifier: MIT */
/* log.h - the end of the instance, beside the logging that core.h declares. */
#pragma once
#include "libos/linux/core.h"

/*
 * instance_end - tell init that this instance is over; never returns.
 *
 * kind    enum channel_exit_kind; code as in struct channel_exit
 * reason  text for people, "" for none; what fits into the stream page is kept
 */
_Noreturn void instance_end(uint32_t kind, uint32_t code, const char *reason);
