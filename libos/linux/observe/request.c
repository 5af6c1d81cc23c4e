/* SPDX-License-Identifier: MIT */
/*
 * request.c - what the host tool asks of a running instance.
 *
 * Requests are taken where the scheduler takes init's news, so nothing here may sleep: an answer that does not fit into
 * the ring goes on with the next news. One question is answered at a time; a second one about processes starts over.
 */
#include "exo_stubs.h"
#include "lib/exo/ring.h"
#include "libos/linux/mm/mm.h"
#include "libos/linux/mm/space.h"
#include "libos/linux/observe/exec.h"
#include "libos/linux/observe/observe.h"
#include "libos/linux/task.h"
#include "libos/linux/user.h"

#define COMMAND_BYTES 200

static int next_pid = -1; /* processes from this number on are still to be told; -1: nobody asks */

static char process_state(const struct process *process)
{
    const struct task *task;

    if (process->zombie)
        return 'Z';
    if (process->sig.stopped)
        return 'T';
    list_for_each (node, &process->tasks) {
        task = list_item(node, struct task, peer);
        if (task->state == TASK_RUNNABLE || task->state == TASK_RUNNING)
            return 'R';
    }
    return 'S';
}

static struct process *process_from(int pid)
{
    struct process *best = NULL;

    list_for_each (node, &process_list) {
        struct process *process = list_item(node, struct process, all);

        if (process->pid >= pid && (!best || process->pid < best->pid))
            best = process;
    }
    return best;
}

/* The command line as far as it can be read, its NULs as spaces; else the name in brackets. */
static uint32_t command_text(struct process *process, char text[COMMAND_BYTES])
{
    uint64_t bytes = min_of(process->arg_end - process->arg_start, (uint64_t)COMMAND_BYTES);

    if (process->zombie || !bytes || process_peek(process, text, process->arg_start, bytes) < 0)
        return (uint32_t)format(text, COMMAND_BYTES, "[%.15s]", process->comm);
    while (bytes && !text[bytes - 1])
        bytes--;
    for (uint64_t i = 0; i < bytes; i++)
        if ((uint8_t)text[i] < ' ' || text[i] == 0x7f)
            text[i] = text[i] ? '?' : ' ';
    return (uint32_t)bytes;
}

static bool tell_process(struct process *process)
{
    sched_account(process);
    struct record_process row = {.ppid = process->parent ? process->parent->pid : 1,
                                 .pgid = process->pgid,
                                 .sid = process->sid,
                                 .uid = process->cred.euid,
                                 .state = (uint8_t)process_state(process),
                                 .cpu_ns = process->user_ns + process->system_ns,
                                 .start_ns = process->start_ns};
    char command[COMMAND_BYTES];
    uint32_t bytes;

    list_for_each (node, &process->tasks)
        row.tasks++;
    if (process->space) {
        struct space_sizes sizes;

        space_sizes(process->space, &sizes);
        row.resident_kib = sizes.resident * 4;
        row.virtual_kib = sizes.total * 4;
    }
    if (!record_try(RECORD_PROCESS, process->pid))
        return false;
    bytes = command_text(process, command);
    row.command_bytes = bytes;
    record_add(&row, sizeof row);
    record_add(command, bytes);
    record_end();
    return true;
}

static void tell_processes(void)
{
    struct record_memory end = {.total_kib = frames_total() * 4,
                                .free_kib = frames_available() * 4};

    while (next_pid >= 0) {
        struct process *process = process_from(next_pid);

        if (process) {
            if (!tell_process(process))
                return;
            next_pid = process->pid + 1;
        } else {
            if (!record_try(RECORD_PROCESSES_END, 0))
                return;
            record_add(&end, sizeof end);
            record_end();
            next_pid = -1;
        }
    }
}

static void request_take(const struct record *request, const uint8_t *body, uint32_t bytes)
{
    switch (request->type) {
    case REQUEST_PROCESSES:
        next_pid = 0;
        break;
    case REQUEST_TRACE:
        trace_request(body, bytes);
        break;
    case REQUEST_EXEC:
        exec_start(body, bytes);
        break;
    case REQUEST_EXEC_INPUT:
        exec_input(body, bytes);
        break;
    case REQUEST_EXEC_SIGNAL:
    case REQUEST_EXEC_ACK:
    case REQUEST_EXEC_WINDOW:
    case REQUEST_EXEC_GONE:
        exec_control(request->type, body, bytes);
        break;
    default:
        log_line("observe: the host asks for something unknown: request %u", request->type);
    }
}

void request_event(void)
{
    static uint8_t whole[STREAM_REQUEST_BYTES];
    struct instance_ring *ring = &streams->request;
    struct record request;

    for (;;) {
        uint32_t got =
            exo_ring_peek(ring, streams->request_bytes, STREAM_REQUEST_BYTES, whole, sizeof whole);

        if (got == EXO_RING_BROKEN)
            panic("the request ring is broken");
        if (got < sizeof request)
            break;
        memcpy(&request, whole, sizeof request);
        if (request.length < sizeof request || request.length > STREAM_REQUEST_BYTES)
            panic("the host sent a request of %u bytes", request.length);
        if (got < request.length)
            break;
        exo_ring_skip(ring, request.length);
        (void)exo_wake(0, instance->init_env, 1ul << STREAM_EVENT(instance->index));
        request_take(&request, whole + sizeof request, request.length - (uint32_t)sizeof request);
    }
    exec_flush();
    tell_processes();
}
