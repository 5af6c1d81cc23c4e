/* SPDX-License-Identifier: MIT */
/*
 * channel.c - framing over queues 0 (receive) and 1 (transmit) of the virtio console's port 0.
 *
 * The byte stream from the host is cut into buffers anywhere, so the parser keeps its state between
 * them. Payloads are small and collected whole, except the bytes of input and requests, which pass through.
 */
#include "libos/init/channel.h"
#include "base/string.h"
#include "libos/init/init.h"
#include "libos/init/virtio.h"

#define CONSOLE_ID     0x1043
#define RECEIVE_BYTES  4096
#define TRANSMIT_BYTES 16384
#define SMALL_MAX      16

static struct virtio_device device;
static struct virtio_queue receive;
static struct virtio_queue transmit;
static bool up;
static uint32_t unacknowledged; /* cost of the frames that the host has not acknowledged */
static int building = -1;       /* buffer of channel_space */

static struct {
    uint8_t header[sizeof(struct channel_header)];
    uint32_t header_bytes;
    uint8_t small[SMALL_MAX];
    uint32_t payload_bytes; /* seen of the current frame */
} parser;

static const char *open_queues(void)
{
    const char *wrong =
        virtio_queue_open(&device, &receive, 0, RECEIVE_BYTES, INIT_DMA, INIT_EVENT_CONSOLE);

    if (!wrong)
        wrong = virtio_queue_open(&device, &transmit, 1, TRANSMIT_BYTES, INIT_DMA + 0x1000000,
                                  INIT_EVENT_CONSOLE);
    return wrong;
}

bool channel_open(const char **reason)
{
    uint32_t version = CHANNEL_VERSION;
    int buffer;

    if (!virtio_open(&device, CONSOLE_ID, reason))
        return false;
    *reason = open_queues();
    if (*reason)
        return false;
    virtio_queue_quiet(&transmit, true);
    virtio_start(&device);
    while ((buffer = virtio_queue_get(&receive)) >= 0)
        virtio_queue_put(&receive, buffer, RECEIVE_BYTES, true);
    virtio_queue_notify(&receive);
    up = true;
    return channel_put(CHANNEL_HELLO, CHANNEL_MACHINE, &version, sizeof version);
}

bool channel_is_up(void)
{
    return up && !transmit.broken && !receive.broken;
}

static bool collect(void)
{
    uint32_t bytes;
    int buffer;
    bool any = false;

    while ((buffer = virtio_queue_done(&transmit, &bytes)) >= 0) {
        virtio_queue_free(&transmit, buffer);
        any = true;
    }
    return any;
}

static uint8_t *space_within(uint32_t limit)
{
    if (!channel_is_up() || unacknowledged > limit)
        return NULL;
    if (building < 0) {
        collect();
        building = virtio_queue_get(&transmit);
    }
    return building < 0 ? NULL : virtio_buffer(&transmit, building) + sizeof(struct channel_header);
}

uint8_t *channel_space(void)
{
    return space_within(CHANNEL_UNACKNOWLEDGED_MAX - channel_cost(CHANNEL_PIECE_MAX));
}

void channel_send(enum channel_type type, uint32_t instance, uint32_t bytes)
{
    struct channel_header header = {
        .type = (uint16_t)type, .instance = (uint16_t)instance, .length = bytes};

    unacknowledged += channel_cost(bytes);
    memcpy(virtio_buffer(&transmit, building), &header, sizeof header);
    virtio_queue_put(&transmit, building, (uint32_t)sizeof header + bytes, false);
    virtio_queue_notify(&transmit);
    building = -1;
}

bool channel_put(enum channel_type type, uint32_t instance, const void *payload, uint32_t bytes)
{
    uint8_t *space = bytes <= CHANNEL_SMALL
                         ? space_within(CHANNEL_UNACKNOWLEDGED_MAX + CHANNEL_SMALL_MARGIN -
                                        channel_cost(CHANNEL_SMALL))
                         : channel_space();

    if (!space)
        return false;
    memcpy(space, payload, bytes);
    channel_send(type, instance, bytes);
    return true;
}

bool channel_output_idle(void)
{
    collect();
    return !channel_is_up() || transmit.free_count + (building >= 0) == transmit.size;
}

void channel_want_room(bool want)
{
    if (up)
        virtio_queue_quiet(&transmit, !want);
}

/* A frame whose payload has arrived in parser.small. */
static bool dispatch(const struct channel_receiver *receiver, const struct channel_header *header)
{
    uint32_t word;
    uint16_t size[2];

    memcpy(&word, parser.small, sizeof word);
    memcpy(size, parser.small, sizeof size);
    switch (header->type) {
    case CHANNEL_ACK:
        if (word > unacknowledged)
            return false;
        unacknowledged -= word;
        return true;
    case CHANNEL_STDIN:
    case CHANNEL_REQUEST:
        return true; /* its bytes have passed through */
    case CHANNEL_STDIN_END:
        return receiver->input_end(header->instance);
    case CHANNEL_SIGNAL:
        return receiver->signal(header->instance, word);
    case CHANNEL_WINDOW:
        return receiver->window(header->instance, size[0], size[1]);
    default:
        return false;
    }
}

static bool header_ok(const struct channel_header *header)
{
    switch (header->type) {
    case CHANNEL_STDIN:
    case CHANNEL_REQUEST:
        return header->length <= CHANNEL_PAYLOAD_MAX;
    case CHANNEL_STDIN_END:
        return header->length == 0;
    case CHANNEL_SIGNAL:
    case CHANNEL_WINDOW:
    case CHANNEL_ACK:
        return header->length == 4;
    default:
        return false;
    }
}

/* Feeds the parser; false: the host broke the protocol. */
static bool parse(const struct channel_receiver *receiver, const uint8_t *bytes, uint32_t count)
{
    struct channel_header header;

    while (count) {
        if (parser.header_bytes < sizeof parser.header) {
            parser.header[parser.header_bytes++] = *bytes++;
            count--;
        }
        if (parser.header_bytes < sizeof parser.header)
            continue;
        memcpy(&header, parser.header, sizeof header);
        if (!header_ok(&header))
            return false;
        uint32_t part = header.length - parser.payload_bytes;

        if (part > count)
            part = count;
        if (header.type == CHANNEL_STDIN) {
            if (part && !receiver->input(header.instance, bytes, part))
                return false;
        } else if (header.type == CHANNEL_REQUEST) {
            if (part && !receiver->request(header.instance, bytes, part))
                return false;
        } else {
            memcpy(parser.small + parser.payload_bytes, bytes, part);
        }
        parser.payload_bytes += part;
        bytes += part;
        count -= part;
        if (parser.payload_bytes < header.length)
            continue;
        if (!dispatch(receiver, &header))
            return false;
        parser.header_bytes = 0;
        parser.payload_bytes = 0;
    }
    return true;
}

bool channel_poll(const struct channel_receiver *receiver)
{
    uint32_t bytes;
    int buffer;

    if (!channel_is_up())
        return false;
    bool any = collect();

    while ((buffer = virtio_queue_done(&receive, &bytes)) >= 0) {
        any = true;
        if (!parse(receiver, virtio_buffer(&receive, buffer), bytes)) {
            receive.broken = true;
            init_log("channel: the host sent a malformed frame; the connection ends");
            return true;
        }
        virtio_queue_put(&receive, buffer, RECEIVE_BYTES, true);
        virtio_queue_notify(&receive);
    }
    return any;
}
