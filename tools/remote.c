/* SPDX-License-Identifier: MIT */
/*
 * remote.c - the machine's side of `lorica exec`: between a client's connection and the LibOS's records and requests.
 *
 * Flow control is between the ends: input by the LibOS's credit, which the client counts; output by what the client has
 * taken, which is acknowledged to the LibOS.
 */
#include "tools/remote.h"
#include <string.h>

#define ACK_STEP 16384u

static uint32_t remote_ids; /* given out so far */

static void remote_request(struct remote *remote, uint16_t type, const void *head,
                           uint32_t head_bytes, const void *bytes, uint32_t length)
{
    static const char zeros[8];
    struct record record = {.type = type};
    uint32_t whole = (uint32_t)sizeof record + head_bytes + length;

    record.length = (whole + 7) & ~7u;
    buffer_add(&remote->request, &record, sizeof record);
    buffer_add(&remote->request, head, head_bytes);
    buffer_add(&remote->request, bytes, length);
    buffer_add(&remote->request, zeros, record.length - whole);
}

static void remote_number(struct remote *remote, uint16_t type, uint32_t number)
{
    const struct request_input request = {.id = remote->id, .bytes = number};

    remote_request(remote, type, &request, sizeof request, NULL, 0);
}

static int remote_start(struct remote *remote, const char *bytes, uint32_t length)
{
    struct request_exec request;

    if (remote->id || length < sizeof request)
        return -1;
    memcpy(&request, bytes, sizeof request);
    request.id = remote->id = ++remote_ids;
    request.bytes = length - (uint32_t)sizeof request;
    remote_request(remote, REQUEST_EXEC, &request, sizeof request, bytes + sizeof request,
                   request.bytes);
    return 0;
}

static int remote_frame(struct remote *remote, uint32_t type, const char *bytes, uint32_t length)
{
    const struct request_input input = {.id = remote->id, .bytes = length};
    uint32_t number;

    if (type == REMOTE_START)
        return remote_start(remote, bytes, length);
    if (!remote->id)
        return -1;
    if (type == REMOTE_INPUT) {
        remote_request(remote, REQUEST_EXEC_INPUT, &input, sizeof input, bytes, length);
        return 0;
    }
    if ((type != REMOTE_SIGNAL && type != REMOTE_WINDOW) || length != sizeof number)
        return -1;
    memcpy(&number, bytes, sizeof number);
    remote_number(remote, type == REMOTE_SIGNAL ? REQUEST_EXEC_SIGNAL : REQUEST_EXEC_WINDOW, number);
    return 0;
}

int remote_take(struct remote *remote, const char *bytes, size_t length)
{
    struct remote_frame frame;

    buffer_add(&remote->in, bytes, length);
    while (remote->in.length >= sizeof frame) {
        memcpy(&frame, remote->in.bytes, sizeof frame);
        if (frame.length > REMOTE_FRAME_MAX)
            return -1;
        if (remote->in.length - sizeof frame < frame.length)
            break;
        if (remote_frame(remote, frame.type, remote->in.bytes + sizeof frame, frame.length))
            return -1;
        buffer_drop(&remote->in, sizeof frame + frame.length);
    }
    return 0;
}

void remote_push(struct remote *remote, const struct control_actions *actions)
{
    struct record record;

    while (remote->request.length >= sizeof record) {
        memcpy(&record, remote->request.bytes, sizeof record);
        if (!actions->request(actions->context, 0, remote->request.bytes, record.length))
            return;
        buffer_drop(&remote->request, record.length);
    }
}

void remote_wrote(struct remote *remote, size_t length)
{
    buffer_drop(&remote->out, length);
    remote->sent += (uint32_t)length;
    if (remote->sent >= ACK_STEP && remote->id && !remote->over) {
        /* frames' heads count as well: the LibOS never takes more than is pending */
        remote_number(remote, REQUEST_EXEC_ACK, remote->sent);
        remote->sent = 0;
    }
}

void remote_gone(struct remote *remote, const struct control_actions *actions)
{
    if (remote->id && !remote->over)
        remote_number(remote, REQUEST_EXEC_GONE, 0);
    remote_push(remote, actions);
}

static void remote_reply(struct remote *remote, uint32_t type, const void *head,
                         uint32_t head_bytes, const void *bytes, uint32_t length)
{
    const struct remote_frame frame = {.type = type, .length = head_bytes + length};

    buffer_add(&remote->out, &frame, sizeof frame);
    buffer_add(&remote->out, head, head_bytes);
    buffer_add(&remote->out, bytes, length);
}

void remote_record(struct remote *remote, const struct record *record, const uint8_t *body,
                   size_t length)
{
    struct record_exec head;

    if (record->type < RECORD_EXEC_OUTPUT || record->type > RECORD_EXEC_END ||
        length < sizeof head || remote->over)
        return;
    memcpy(&head, body, sizeof head);
    if (head.id != remote->id || head.bytes > length - sizeof head)
        return;
    body += sizeof head;
    if (record->type == RECORD_EXEC_OUTPUT) {
        remote_reply(remote, head.value == 2 ? REMOTE_ERROR : REMOTE_OUTPUT, NULL, 0, body,
                     head.bytes);
    } else if (record->type == RECORD_EXEC_CREDIT) {
        remote_reply(remote, REMOTE_CREDIT, &head.value, sizeof head.value, NULL, 0);
    } else {
        remote->over = 1;
        remote_reply(remote, REMOTE_END, &head.value, sizeof head.value, body, head.bytes);
    }
}

void remote_free(struct remote *remote)
{
    buffer_free(&remote->in);
    buffer_free(&remote->out);
    buffer_free(&remote->request);
}
