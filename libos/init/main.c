/* SPDX-License-Identifier: MIT */
/*
 * main.c - the init LibOS: the first env. It owns the machine, reads the manifest, makes the
 * instances, carries their streams, restarts or reaps them, and turns the machine off when the last
 * one has ended.
 */
#include <stdarg.h>
#include "lib/exo/format.h"
#include "base/string.h"
#include "exo_stubs.h"
#include "lib/exo/time.h"
#include "libos/init/archive.h"
#include "libos/init/broker.h"
#include "libos/init/capture.h"
#include "libos/init/channel.h"
#include "libos/init/frames.h"
#include "libos/init/init.h"
#include "libos/init/lease.h"
#include "libos/init/instance.h"
#include "libos/init/manifest.h"
#include "libos/init/view.h"

#define LINE_MAX         512
#define RESTART_DELAY_NS 100000000ull
#define STOP_WAIT_NS     2000000000 /* how long init waits for the host to take the last frames */

_Noreturn void init_main(const struct exo_init_start *start);

static struct archive archive;
static struct manifest manifest;
static char manifest_text[MANIFEST_BYTES_MAX + 1];
static struct manifest_item manifest_items[MANIFEST_ITEMS_MAX];
static struct instance instances[MANIFEST_INSTANCES_MAX];

/* --- Log and failure
 * ----------------------------------------------------------------------------------- */

void console_text(const char *text, uint64_t length)
{
    for (uint64_t done = 0; done < length;) {
        uint64_t part = length - done < EXO_CONSOLE_MAX ? length - done : EXO_CONSOLE_MAX;

        if (exo_console_write(CAP_ROOT, text + done, part) < 0)
            return;
        done += part;
    }
}

static void log_line(const char *text)
{
    uint64_t length = strlen(text);

    if (channel_put(CHANNEL_LOG, CHANNEL_MACHINE, text, (uint32_t)length))
        return;
    console_text(text, length);
    console_text("\n", 1);
}

void init_log(const char *fmt, ...)
{
    char line[LINE_MAX];
    va_list arguments;

    va_start(arguments, fmt);
    format_list(line, sizeof line, fmt, arguments);
    va_end(arguments);
    log_line(line);
}

/* Sleeps until the host has taken everything or does not for too long; then off. */
_Noreturn static void turn_off(void)
{
    uint64_t deadline = exo_now_ns(machine.page) + STOP_WAIT_NS;

    if (channel_is_up()) {
        while (!channel_put(CHANNEL_DONE, CHANNEL_MACHINE, "", 0) &&
               exo_now_ns(machine.page) < deadline)
            (void)exo_sleep(0, 0, deadline);
        channel_want_room(true);
        while (!channel_output_idle() && exo_now_ns(machine.page) < deadline)
            (void)exo_sleep(0, 0, deadline);
    }
    (void)exo_machine_off(CAP_ROOT, 0);
    for (;;) /* cannot happen: init holds the machine right */
        (void)exo_sleep(0, 0, EXO_FOREVER);
}

void init_fail(const char *fmt, ...)
{
    struct {
        struct channel_exit exit;
        char reason[LINE_MAX];
    } payload = {.exit = {.kind = CHANNEL_FAILED, .code = 125}};
    va_list arguments;

    va_start(arguments, fmt);
    format_list(payload.reason, sizeof payload.reason, fmt, arguments);
    va_end(arguments);
    console_text("init: ", 6);
    console_text(payload.reason, strlen(payload.reason));
    console_text("\n", 1);
    if (channel_is_up())
        (void)channel_put(CHANNEL_EXIT, CHANNEL_MACHINE, &payload,
                          (uint32_t)(sizeof payload.exit + strlen(payload.reason)));
    turn_off();
}

/* --- Start
 * ---------------------------------------------------------------------------------------------- */

static const uint8_t *view_archive(void *context, uint64_t offset, uint64_t bytes)
{
    (void)context;
    return view_map(offset, bytes);
}

static void read_archive(void)
{
    const char *wrong = archive_read(&archive, machine.page->module_bytes, view_archive, NULL);

    view_unmap();
    if (wrong)
        init_fail("%s", wrong);
}

static void read_manifest(void)
{
    const struct archive_member *file = archive_find(&archive, "manifest");

    if (!file)
        init_fail("the boot archive has no member `manifest`");
    if (file->bytes > MANIFEST_BYTES_MAX)
        init_fail("the manifest is %lu bytes long; %d are the limit", (unsigned long)file->bytes,
                  MANIFEST_BYTES_MAX);
    const void *text = view_map(file->offset, file->bytes);

    if (!text)
        init_fail("no memory to map the manifest: give the machine more (--memory)");
    memcpy(manifest_text, text, file->bytes);
    view_unmap();
    manifest.items = manifest_items;
    manifest.item_limit = MANIFEST_ITEMS_MAX;
    if (!manifest_parse(&manifest, manifest_text, file->bytes))
        init_fail("manifest:%u:%u: %s", manifest.error_line, manifest.error_column, manifest.error);
}

/* Positions 1.. of every CPU, in the order of the manifest; 0 stays init's. */
static void plan_time(void)
{
    uint32_t next = 1;

    for (uint32_t i = 0; i < manifest.count; i++) {
        if (next + manifest.instance[i].share > EXO_SLICE_COUNT)
            init_fail("the shares of the instances come to more than %d: lower them",
                      EXO_SLICE_COUNT - 1);
        instances[i].index = i;
        instances[i].config = &manifest.instance[i];
        instances[i].position_first = next;
        next += manifest.instance[i].share;
    }
}

static bool starts_at_once(uint32_t i, bool rest)
{
    const struct manifest_instance *config = &manifest.instance[i];

    return config->after == AFTER_NOTHING && (config->memory_bytes == MANIFEST_REST) == rest;
}

/* The instance with memory `rest` is built after all others; each leaves what those after it have reserved. */
static void build_all(struct build_input *input)
{
    for (uint32_t i = 0; i < manifest.count; i++)
        if (starts_at_once(i, false) ||
            (starts_at_once(i, true) && manifest.instance[i].reserve_bytes))
            input->later_pages += manifest_reserve(&manifest.instance[i]) >> EXO_PAGE_SHIFT;
    for (int pass = 0; pass < 2; pass++)
        for (uint32_t i = 0; i < manifest.count; i++) {
            uint64_t reserve = manifest_reserve(&manifest.instance[i]) >> EXO_PAGE_SHIFT;

            if (!starts_at_once(i, pass))
                continue;
            input->later_pages -= reserve < input->later_pages ? reserve : input->later_pages;
            instance_build(&instances[i], input);
        }
    input->later_pages = 0;
}

/* What kernel, init and the instances' structures keep for themselves: all but the runs and the
 * root archives. */
static void report_memory(void)
{
    uint64_t total = 0;
    uint64_t given = 0;

    for (uint64_t f = 0; f < machine.page->frame_count; f++)
        total += machine.frames[f].kind != EXO_FRAME_NONE;
    for (uint32_t i = 0; i < manifest.count; i++)
        given += instances[i].given_pages + instances[i].archive_pages;
    given += frames_free_count();
    init_log("init: memory not for programs: %lu KiB of %lu", (unsigned long)(total - given) * 4,
             (unsigned long)total * 4);
}

/* --- The channel's side
 * ----------------------------------------------------------------------------------- */

static bool receive_input(uint32_t i, const uint8_t *bytes, uint32_t count)
{
    return i < manifest.count && instance_input(&instances[i], bytes, count);
}

static bool receive_request(uint32_t i, const uint8_t *bytes, uint32_t count)
{
    return i < manifest.count && instance_request(&instances[i], bytes, count);
}

static bool receive_end(uint32_t i)
{
    return i < manifest.count && instance_input_end(&instances[i]);
}

static bool receive_signal(uint32_t i, uint32_t signal)
{
    return i < manifest.count && instance_signal(&instances[i], signal);
}

static bool receive_window(uint32_t i, uint16_t rows, uint16_t columns)
{
    return i < manifest.count && instance_window(&instances[i], rows, columns);
}

static const struct channel_receiver receiver = {.input = receive_input,
                                                 .input_end = receive_end,
                                                 .request = receive_request,
                                                 .signal = receive_signal,
                                                 .window = receive_window};

/* --- The loop
 * ------------------------------------------------------------------------------------------- */

static bool wants_restart(const struct instance *instance)
{
    bool failed = instance->exit.kind != CHANNEL_EXITED || instance->exit.code != 0;

    switch (instance->config->restart) {
    case RESTART_NO:
        return false;
    case RESTART_ON_FAILURE:
        return failed;
    case RESTART_ALWAYS:
        return true;
    }
    return false;
}

static bool others_live(const struct instance *instance)
{
    for (uint32_t i = 0; i < manifest.count; i++)
        if (&instances[i] != instance && instances[i].state != INSTANCE_OVER)
            return true;
    return false;
}

/* Three restarts at once, then after 0.1 s, 0.2 s, ... 6.4 s: an instance that dies at its start
 * shall not eat the machine. */
static void plan_restart(struct instance *instance)
{
    uint32_t late = instance->restarts < 3 ? 0 : instance->restarts - 3;
    uint64_t delay_ns = instance->restarts < 3 ? 0 : RESTART_DELAY_NS << (late < 6 ? late : 6);

    instance->restarts++;
    instance->not_before_ns = exo_now_ns(machine.page) + delay_ns;
    instance->state = INSTANCE_WAITING;
}

/* Has what it waits for happened? */
static bool may_start(const struct instance *instance)
{
    const struct instance *other = &instances[instance->config->after_instance];

    if (instance->restarts)
        return exo_now_ns(machine.page) >= instance->not_before_ns;
    return instance->config->after == AFTER_NOTHING || other->state == INSTANCE_OVER ||
           (instance->config->after == AFTER_WRITES && other->wrote);
}

/* Builds an instance whose time has come, when there is memory for it; if there never will be, its build says so. */
static bool step_waiting(struct instance *instance, const struct build_input *input)
{
    if (instance->state != INSTANCE_WAITING || !may_start(instance) ||
        broker_want(instance, manifest_reserve(instance->config) >> EXO_PAGE_SHIFT) == BROKER_WAIT)
        return false;
    if (instance->restarts)
        init_log("init: instance %s: restart %u, %lu frames are free", instance->config->name,
                 instance->restarts, (unsigned long)frames_free_count());
    instance_build(instance, input);
    if (!channel_is_up())
        (void)instance_input_end(instance);
    return true;
}

/* Reaping and what follows. True: something was done. */
static bool step_dead(struct instance *instance)
{
    if (instance->state != INSTANCE_REAPING)
        return false;
    bool again = wants_restart(instance);

    broker_forget(instance);

    /* The machine is about to go off: nobody will want the frames. */
    if (!again && !others_live(instance)) {
        instance->state = INSTANCE_OVER;
        return true;
    }
    if (!instance_reap(instance, again))
        return true;
    instance->state = INSTANCE_OVER;
    if (again)
        plan_restart(instance);
    return true;
}

static bool all_over(void)
{
    for (uint32_t i = 0; i < manifest.count; i++)
        if (instances[i].state != INSTANCE_OVER)
            return false;
    return true;
}

/* Sleeps until an event; also until an instance takes input that the host waits to be credited for.
 */
static void wait(void)
{
    struct exo_sleep_word words[EXO_SLEEP_WORDS];
    uint64_t deadline = broker_deadline() < lease_deadline() ? broker_deadline() : lease_deadline();
    uint32_t count = 0;

    for (uint32_t i = 0; i < manifest.count; i++) {
        struct instance *instance = &instances[i];

        if (instance->state == INSTANCE_WAITING && instance->not_before_ns < deadline &&
            instance->not_before_ns > exo_now_ns(machine.page))
            deadline = instance->not_before_ns;
        if (count == EXO_SLEEP_WORDS || instance->state != INSTANCE_RUNNING ||
            instance->streams->in.written == instance->credited)
            continue;
        words[count++] = (struct exo_sleep_word){.address = (uint64_t)&instance->streams->in.taken,
                                                 .value = instance->streams->in.taken};
    }
    (void)exo_sleep((uint64_t)words, count, deadline);
}

static bool step(const struct build_input *input)
{
    bool moved = false;

    __atomic_exchange_n(&machine.upcall->events, 0, __ATOMIC_SEQ_CST);
    moved |= channel_poll(&receiver);
    moved |= capture_pump();
    moved |= lease_step();
    moved |= broker_step();
    for (uint32_t i = 0; i < manifest.count; i++) {
        moved |= instance_pump(&instances[i]);
        moved |= step_dead(&instances[i]);
        moved |= step_waiting(&instances[i], input);
    }
    return moved;
}

void init_main(const struct exo_init_start *start)
{
    const char *reason;

    machine_start(start);
    if (!channel_open(&reason))
        init_log(reason ? "init: no channel to the host: %s"
                        : "init: no console device: streams go to the serial log%s",
                 reason ? reason : "");
    read_archive();
    read_manifest();
    plan_time();
    broker_start(instances, manifest.count);
    struct build_input input = {.manifest = &manifest, .archive = &archive};

    const char *wrong = manifest.capture ? capture_start() : NULL;

    if (wrong)
        init_fail("packets cannot be captured: %s", wrong);
    wrong = lease_start(&manifest);
    if (wrong)
        init_fail("addresses cannot be asked for: %s", wrong);
    build_all(&input);
    report_memory();
    if (!channel_is_up())
        for (uint32_t i = 0; i < manifest.count; i++)
            (void)instance_input_end(&instances[i]);
    bool had_channel = channel_is_up();

    while (!all_over()) {
        if (step(&input))
            continue;
        if (had_channel && !channel_is_up())
            turn_off(); /* nobody listens any more */
        channel_want_room(true);
        if (!step(&input))
            wait();
        channel_want_room(false);
    }
    turn_off();
}
