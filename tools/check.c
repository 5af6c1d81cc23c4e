/* SPDX-License-Identifier: MIT */
/*
 * check.c - the verb `check`: what the kernel's verifier says of programs, without a machine.
 *
 * It is the very same verifier and compiler, on the same memory as a program container of the most frames would give it.
 */
#define _GNU_SOURCE
#include "code/compile.h"
#include "lib/exo/code_object.h"
#include "lib/exo/code_report.h"
#include "tools/process.h"
#include "tools/verbs.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SCRATCH_BYTES ((EXO_CODE_FRAMES_MAX - 4) * 4096)

const struct option_row check_options[] = {
    {"memory", 'm', "PAGES", "size of the memory window (default: what the variables need)"},
    {"verbose", 'v', NULL, "name each access that is checked when it runs"},
    {"output", 'o', "json", "one JSON object for each program"},
    {0},
};

const char check_examples[] =
    "lorica check prog.o            what clang -target bpf -O2 -g -c made\n"
    "lorica check prog.c            compiled first (needs clang)\n"
    "lorica check -v prog.o         with the lines of all guarded accesses\n";

const char check_notes[] =
    "Programs are functions in sections named packet, predicate or ownership "
    "(lib/exo/code_program.h).\n"
    "Exit status: 0 all are accepted; 1 one is refused; 125 the file cannot be read or compiled.\n";

struct check_request {
    uint32_t pages;
    bool verbose, json;
};

static void check_take(void *context, const struct option_row *row, const char *argument)
{
    struct check_request *request = context;
    char *end;

    if (row->letter == 'v')
        request->verbose = true;
    if (row->letter == 'o') {
        if (strcmp(argument, "json") != 0)
            fail(STATUS_FAILED, "--output %s: only json is known", argument);
        request->json = true;
    }
    if (row->letter == 'm') {
        request->pages = (uint32_t)strtoul(argument, &end, 10);
        if (*end || !*argument || request->pages > EXO_CODE_MEMORY_MAX)
            fail(STATUS_FAILED, "--memory %s: a number of pages, at most %d", argument,
                 EXO_CODE_MEMORY_MAX);
    }
}

/* The object file of a source, compiled into memory. */
static void compile_source(const char *path, struct buffer *object)
{
    int file = process_memory_file("object");
    char output[64], include[4096];
    struct buffer messages = {0};

    snprintf(output, sizeof output, "/proc/%d/fd/%d", (int)getpid(), file);
    snprintf(include, sizeof include, "-I%s", process_home());
    char *argv[] = {"clang",          "-target",          "bpf",   "-mcpu=v3", "-O2", "-g",
                    "-ffreestanding", "-fno-jump-tables", "-Wall", include,    "-c",  "-o",
                    output,           (char *)path,       NULL};
    int status = process_run(argv, NULL, &messages);

    if (status == 127)
        fail(STATUS_FAILED,
             "clang is not installed; run: apt-get install clang, or give an object file");
    if (status)
        fail(STATUS_FAILED, "%s does not compile:\n%.*s", path, (int)messages.length,
             messages.bytes);
    if (process_read_file(output, object))
        fail(STATUS_FAILED, "%s: the compiled object cannot be read: %s", path, strerror(errno));
    close(file);
    free(messages.bytes);
}

/* A C string inside a JSON one. */
static void json_string(const char *text)
{
    putchar('"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            printf("\\%c", *text);
        else if ((unsigned char)*text < 32)
            printf("\\u%04x", *text);
        else
            putchar(*text);
    }
    putchar('"');
}

struct verdict {
    const struct exo_code_object *object;
    const struct exo_code_entry *entry;
    const char *path;
    uint32_t origin; /* of what is refused */
    char reason[256];
    bool accepted;
};

static void print_place(const struct verdict *v, uint32_t origin, uint32_t insn)
{
    struct exo_code_line line;

    if (exo_code_object_line(v->object, origin, &line))
        printf("%s:%u:%u: ", line.file, line.line, line.column);
    else
        printf("%s: instruction %u of section %s: ", v->path, insn,
               v->object->section[origin >> 24].name);
}

static void print_source(const struct verdict *v, uint32_t origin)
{
    struct exo_code_line line;

    if (exo_code_object_line(v->object, origin, &line) && line.text[0])
        printf("    %s\n", line.text + strspn(line.text, " \t"));
}

static void print_accepted(const struct verdict *v, const struct code_check *check, uint32_t text)
{
    printf("%s: %s program %s: accepted\n", v->path, exo_code_type_name(v->entry->type),
           v->entry->name);
    printf("  %u instructions, looked at %u times; %u bytes of machine code\n",
           check->subject.count, check->steps, text);
    printf("  accesses: %u proved, %u guarded%s\n", check->proved, check->guarded,
           check->result_guarded ? "; the result is checked when it ends" : "");
    if (check->loops)
        printf("  time: metered at %u backward jump%s; at most %u, of which %u without them\n",
               check->loops, check->loops == 1 ? "" : "s", check->note[0].cost + check->type->fuel,
               check->note[0].cost);
    else
        printf("  time: proved, at most %u%s\n", check->note[0].cost,
               check->type->helpers ? " and what helpers copy" : "");
}

static void print_json(const struct verdict *v, const struct code_check *check, uint32_t text)
{
    struct exo_code_line line = {.file = "", .text = ""};

    printf("{\"file\":");
    json_string(v->path);
    printf(",\"program\":");
    json_string(v->entry->name);
    printf(",\"type\":\"%s\",\"accepted\":%s", exo_code_type_name(v->entry->type),
           v->accepted ? "true" : "false");
    if (!v->accepted) {
        bool found = exo_code_object_line(v->object, v->origin, &line);

        printf(",\"reason\":");
        json_string(v->reason);
        printf(",\"error\":%u,\"instruction\":%u,\"source\":", check->error, check->insn);
        json_string(found ? line.file : "");
        printf(",\"line\":%u}\n", found ? line.line : 0);
        return;
    }
    printf(",\"instructions\":%u,\"steps\":%u,\"proved\":%u,\"guarded\":%u,\"loops\":%u,\"cost\":%"
           "u,\"fuel\":%u,"
           "\"result_guarded\":%u,\"text_bytes\":%u}\n",
           check->subject.count, check->steps, check->proved, check->guarded, check->loops,
           check->note[0].cost, check->type->fuel, check->result_guarded, text);
}

static void print_guards(const struct verdict *v, const struct code_check *check,
                         const struct exo_code_linked *linked)
{
    for (uint32_t pc = 0; pc < check->subject.count; pc++) {
        if (check->note[pc].access != CODE_ACCESS_GUARDED)
            continue;
        print_place(v, linked->origin[pc], pc);
        printf("note: checked when it runs (instruction %u)\n", pc);
        print_source(v, linked->origin[pc]);
    }
}

static void print_refused(const struct verdict *v, const struct code_check *check)
{
    print_place(v, v->origin, check->insn);
    printf("error: program %s is refused: %s\n", v->entry->name, v->reason);
    print_source(v, v->origin);
    if (check->error && exo_code_remedy(check->error)[0])
        printf("  %s\n", exo_code_remedy(check->error));
}

static void describe(struct verdict *v, const struct code_check *check)
{
    enum exo_code_detail kind;
    const char *text = exo_code_error(check->error, &kind);
    const char *unit = kind == EXO_CODE_DETAIL_OFFSET   ? "offset "
                       : kind == EXO_CODE_DETAIL_HELPER ? "helper "
                       : kind == EXO_CODE_DETAIL_COST   ? "instructions: "
                                                        : "r";

    if (kind == EXO_CODE_DETAIL_NONE)
        snprintf(v->reason, sizeof v->reason, "%s (instruction %u)", text, check->insn);
    else
        snprintf(v->reason, sizeof v->reason, "%s (%s%u, instruction %u)", text, unit,
                 check->detail, check->insn);
}

static bool check_one(struct verdict *v, const struct check_request *request)
{
    static struct exo_code_linked linked;
    static struct code_check check;
    static _Alignas(8) uint8_t scratch[SCRATCH_BYTES];
    uint32_t pages = (v->object->memory_bytes + 4095) / 4096;
    uint32_t text = 0;
    const char *wrong = exo_code_object_link(v->object, v->entry, &linked, &v->origin);

    memset(&check, 0, sizeof check);
    pages = request->pages > pages ? request->pages : pages;
    if (wrong) {
        snprintf(v->reason, sizeof v->reason, "it %s", wrong);
    } else {
        struct code_subject subject = {
            .insn = (const struct code_insn *)linked.insns,
            .count = linked.count,
            .type = v->entry->type,
            .memory_bytes = code_types[v->entry->type].access[EXO_CODE_MEMORY] ? pages * 4096 : 0,
            .rodata_bytes = linked.rodata_bytes};
        enum code_progress progress = code_check_begin(&check, &subject, scratch, sizeof scratch);

        while (progress == CODE_MORE)
            progress = code_check_step(&check, 4096);
        v->accepted = progress == CODE_DONE;
        if (v->accepted) {
            text = code_compile(&check, 1, NULL, 0);
        } else {
            describe(v, &check);
            v->origin = linked.origin[check.insn];
        }
    }
    if (request->json)
        print_json(v, &check, text);
    else if (v->accepted)
        print_accepted(v, &check, text);
    else
        print_refused(v, &check);
    if (v->accepted && request->verbose && !request->json)
        print_guards(v, &check, &linked);
    return v->accepted;
}

static bool check_file(const char *path, const struct check_request *request)
{
    static struct exo_code_object object;
    struct buffer file = {0};
    struct exo_code_entry entry;
    size_t length = strlen(path);
    bool all = true;
    uint32_t i = 0;

    if (length > 2 && !strcmp(path + length - 2, ".c"))
        compile_source(path, &file);
    else if (process_read_file(path, &file))
        fail(STATUS_FAILED, "%s: %s", path, strerror(errno));
    const char *wrong = exo_code_object_read(&object, file.bytes, file.length);

    if (wrong)
        fail(STATUS_FAILED, "%s: %s", path, wrong);
    for (; exo_code_object_program(&object, i, &entry); i++) {
        struct verdict verdict = {.object = &object, .entry = &entry, .path = path};

        all &= check_one(&verdict, request);
    }
    if (!i)
        fail(STATUS_FAILED, "%s: no function in a section named packet, predicate or ownership",
             path);
    free(file.bytes);
    return all;
}

int verb_check(const struct verb *verb, int argc, char **argv)
{
    struct check_request request = {0};
    int first = option_parse(verb, argc, argv, check_take, &request);
    bool all = true;

    if (first == argc)
        fail(STATUS_FAILED, "check: no file\n  try: lorica help check");
    for (int i = first; i < argc; i++)
        all &= check_file(argv[i], &request);
    return all ? 0 : 1;
}
