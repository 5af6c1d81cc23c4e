/* SPDX-License-Identifier: MIT */
/* net_memory.c - an interface's memory from a small LibOS's domain; apart from net.c, which needs no domain. */
#include "lib/exo/net.h"

int64_t exo_net_memory_make(struct exo_domain *domain, uint64_t address, uint32_t buffer_count,
                            struct exo_net_memory *memory)
{
    uint64_t bits = EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE;
    int64_t error;

    *memory = (struct exo_net_memory){
        .table_frame = exo_frames_take(&domain->frames, 1, 1),
        .shared_frame = exo_frames_take(&domain->frames, EXO_NET_SHARED_FRAMES, 1),
        .shared = (struct exo_net_ring *)address,
        .buffer_frame = exo_frames_take(&domain->frames, buffer_count, 1),
        .buffers = (uint8_t *)address + sizeof(struct exo_net_ring),
        .buffer_count = buffer_count,
    };
    if (!memory->table_frame || !memory->shared_frame || !memory->buffer_frame)
        return -EXO_E_BUSY;
    error = exo_map(&domain->space, address, memory->shared_frame, EXO_NET_SHARED_FRAMES, bits);
    if (error >= 0)
        error = exo_map(&domain->space, address + sizeof(struct exo_net_ring), memory->buffer_frame,
                        buffer_count, bits);
    return error < 0 ? error : 0;
}
