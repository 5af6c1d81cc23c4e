/* SPDX-License-Identifier: MIT */
/* offsets.c - offsets in structs that entry.S needs; compiled to assembly only, then read by
 * offsets.awk. */
#include "libos/linux/call/call.h"
#include "libos/linux/task.h"

#define OFFSET(name, type, member)                                                                 \
    __asm__ volatile("\n#OFFSET " #name " %0" : : "i"(offsetof(type, member)))

void offsets(void);
void offsets(void)
{
    __asm__ volatile("\n#OFFSET CALL_COUNT %0" : : "i"(CALL_COUNT));
    __asm__ volatile("\n#OFFSET FAST_CALLS %0" : : "i"(FAST_CALLS));
    OFFSET(TASK_PROCESS, struct task, process);
    OFFSET(TASK_ATTENTION, struct task, sig.attention);
    __asm__ volatile("\n#OFFSET ATTENTION_REGS %0" : : "i"(ATTENTION_REGS));
    OFFSET(PROCESS_PID, struct process, pid);
    OFFSET(PROCESS_PGID, struct process, pgid);
    OFFSET(PROCESS_PARENT_PID, struct process, parent_pid);
    OFFSET(PROCESS_UID, struct process, cred.uid);
    OFFSET(PROCESS_EUID, struct process, cred.euid);
    OFFSET(PROCESS_GID, struct process, cred.gid);
    OFFSET(PROCESS_EGID, struct process, cred.egid);
}
