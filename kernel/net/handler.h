/* SPDX-License-Identifier: MIT */
/* handler.h - filters whose packets a downloaded program looks at first. */
#pragma once
#include "net/ring.h"

/*
 * handler_run - run the filter's program on a packet; what it sends is sent. REQUIRES(net_lock shared by the queue's gate).
 *
 * events  set to the event bits that the env of the filter's ring shall get
 *
 * Returns  EXO_CODE_DELIVER, EXO_CODE_CONSUMED or EXO_CODE_DROP, perhaps with EXO_CODE_TRANSFER
 */
uint32_t handler_run(struct net_queue *queue, struct exo_net_row *filter,
                     const struct net_packet *packet, uint64_t *events);
