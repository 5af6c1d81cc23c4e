/* SPDX-License-Identifier: MIT */
/* echo_table.h - what udp-echo-handler and its handler in the kernel share. */
#pragma once
#include "abi/exo_code.h"

struct echo_shared {
    uint64_t answered; /* datagrams, in the kernel */
};
