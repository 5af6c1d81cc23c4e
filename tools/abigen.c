/* SPDX-License-Identifier: MIT */
/*
 * abigen.c - writes everything that follows from abi/calls.def.
 *
 *   abigen DIRECTORY [CALLS.MD]
 *
 * DIRECTORY gets exo_numbers.h (both sides, assembly too), exo_stubs.h (users), call_prototypes.h
 * and call_table.h (kernel), call_cases.h (tests); CALLS.MD is the reference for people. The output
 * depends on abi/ alone. The program refuses a table that is not sorted, or whose calls do not fit
 * the registers.
 */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "abi/exo_types.h"

enum item_kind {
    ITEM_CALL,
    ITEM_ARG,
    ITEM_ERR,
    ITEM_END
};
enum arg_type {
    SLOT,
    CAP,
    FRAME,
    ENV,
    VALUE,
    SMALL,
    IN,
    OUT,
    INOUT,
    BATCH,
    COUNT,
    FLAGS,
    ADDRESS
};

static const char *const type_names[] = {"SLOT", "CAP",   "FRAME", "ENV",   "VALUE", "SMALL",  "IN",
                                         "OUT",  "INOUT", "BATCH", "COUNT", "FLAGS", "ADDRESS"};

struct item {
    enum item_kind kind;
    enum arg_type type;
    uint64_t number; /* CALL: the number; ARG: the limit; ERR: the code */
    const char *name;
    const char *limit_text; /* ARG: as written in the table */
    const char *text[4];    /* CALL: brief, results, bound, source; ARG, ERR: what it is */
};

#define CALL(number, name, brief, results, bound, source)                                          \
    {ITEM_CALL, 0, number, #name, "", {brief, results, bound, source}},
#define ARG(type, name, limit, doc) {ITEM_ARG, type, limit, #name, #limit, {doc, "", "", ""}},
#define ERR(code, when)             {ITEM_ERR, 0, EXO_E_##code, #code, "", {when, "", "", ""}},
#define END(name)                   {ITEM_END, 0, 0, #name, "", {"", "", "", ""}},

static const struct item items[] = {
#include "abi/calls.def"
};

#define ITEM_COUNT    (sizeof items / sizeof items[0])
#define ARGUMENTS_MAX 6
#define NUMBER_END    0x80
#define MADE_FROM     "made by tools/abigen.c from abi/calls.def; do not edit"

/* One call with its rows. */
struct call {
    const struct item *row;
    const struct item *arg[ARGUMENTS_MAX];
    int arg_count;
    const struct item *err[16];
    int err_count;
};

static struct call calls[NUMBER_END];
static int call_count;

static void fail(const char *fmt, ...)
{
    va_list arguments;

    va_start(arguments, fmt);
    fputs("abigen: ", stderr);
    vfprintf(stderr, fmt, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(1);
}

static void check_argument(const struct call *call, const struct item *arg)
{
    if (call->arg_count == ARGUMENTS_MAX)
        fail("abi/calls.def: call %s has more than %d arguments", call->row->name, ARGUMENTS_MAX);
    if (arg->type == COUNT && (!call->arg_count || call->arg[call->arg_count - 1]->type == COUNT))
        fail("abi/calls.def: call %s: COUNT %s follows nothing it counts", call->row->name,
             arg->name);
    if ((arg->type == COUNT || arg->type == SMALL || arg->type == IN || arg->type == OUT) &&
        !arg->number)
        fail("abi/calls.def: call %s: argument %s needs a limit", call->row->name, arg->name);
}

static void collect(void)
{
    struct call *call = NULL;
    int64_t last = -1;

    for (size_t i = 0; i < ITEM_COUNT; i++) {
        const struct item *item = &items[i];

        if ((item->kind == ITEM_CALL) != (call == NULL))
            fail("abi/calls.def: %s: CALL and END do not pair", item->name);
        if (item->kind == ITEM_CALL) {
            if ((int64_t)item->number <= last || item->number >= NUMBER_END)
                fail("abi/calls.def: call %s: number %#lx is out of order or too large", item->name,
                     (unsigned long)item->number);
            last = (int64_t)item->number;
            call = &calls[call_count++];
            call->row = item;
        } else if (item->kind == ITEM_ARG) {
            check_argument(call, item);
            call->arg[call->arg_count++] = item;
        } else if (item->kind == ITEM_ERR) {
            if (call->err_count == 16)
                fail("abi/calls.def: call %s has more than 16 errors", call->row->name);
            call->err[call->err_count++] = item;
        } else {
            if (strcmp(item->name, call->row->name) != 0)
                fail("abi/calls.def: END(%s) ends call %s", item->name, call->row->name);
            call = NULL;
        }
    }
}

static FILE *open_output(const char *directory, const char *name, const char *what)
{
    char path[4096];
    FILE *out;

    if (snprintf(path, sizeof path, "%s/%s", directory, name) >= (int)sizeof path)
        fail("%s: path too long", directory);
    out = fopen(path, "w");
    if (!out)
        fail("%s: cannot write: make the directory first", path);
    fprintf(out,
            "/* SPDX-License-Identifier: MIT */\n/* %s - %s; " MADE_FROM " */\n#pragma once\n\n",
            name, what);
    return out;
}

static void close_output(FILE *out, const char *name)
{
    if (ferror(out) || fclose(out))
        fail("%s: writing failed: is the disk full?", name);
}

static const char *upper(const char *name)
{
    static char text[64];
    size_t i;

    for (i = 0; name[i] && i < sizeof text - 1; i++)
        text[i] = (char)(name[i] >= 'a' && name[i] <= 'z' ? name[i] - 'a' + 'A' : name[i]);
    text[i] = '\0';
    return text;
}

/* --- exo_numbers.h
 * --------------------------------------------------------------------------------- */

static void write_numbers(const char *directory)
{
    FILE *out =
        open_output(directory, "exo_numbers.h", "numbers of the kernel calls, without the tag");

    for (int i = 0; i < call_count; i++)
        fprintf(out, "#define EXO_CALL_%-18s 0x%02lx\n", upper(calls[i].row->name),
                (unsigned long)calls[i].row->number);
    fprintf(out, "\n#define EXO_CALL_NUMBER_END 0x%02lx /* one above the highest */\n",
            (unsigned long)calls[call_count - 1].row->number + 1);
    close_output(out, "exo_numbers.h");
}

/* --- exo_stubs.h
 * ----------------------------------------------------------------------------------- */

static const char *const registers[ARGUMENTS_MAX] = {"rdi", "rsi", "rdx", "r10", "r8", "r9"};

/* "struct exo_pte" from "sizeof(struct exo_pte)", else "void". */
static void pointer_type(const struct item *arg, char *text, size_t size)
{
    const char *open = strchr(arg->limit_text, '(');
    const char *close = strchr(arg->limit_text, ')');

    if (!strncmp(arg->limit_text, "sizeof", 6) && open && close)
        snprintf(text, size, "%.*s", (int)(close - open - 1), open + 1);
    else
        snprintf(text, size, "void");
}

static int is_slot(const struct item *arg)
{
    return arg->type == SLOT || arg->type == CAP;
}

static void write_parameter(FILE *out, const struct item *arg)
{
    char type[128];

    pointer_type(arg, type, sizeof type);
    if (arg->type == IN || arg->type == BATCH)
        fprintf(out, "const %s *%s", type, arg->name);
    else if (arg->type == OUT || arg->type == INOUT)
        fprintf(out, "%s *%s", type, arg->name);
    else
        fprintf(out, "%s %s", is_slot(arg) ? "uint32_t" : "uint64_t", arg->name);
}

static void write_contract(FILE *out, const struct call *call)
{
    fprintf(out, "/*\n * exo_%s - %s\n *\n", call->row->name, call->row->text[0]);
    for (int a = 0; a < call->arg_count; a++) {
        const struct item *arg = call->arg[a];

        fprintf(out, " * %-10s %s", arg->name, arg->text[0]);
        if (arg->type == COUNT)
            fprintf(out, "; 1 .. %lu", (unsigned long)arg->number);
        else if (arg->type == SMALL)
            fprintf(out, "; below %lu", (unsigned long)arg->number);
        else if (arg->type == FLAGS)
            fprintf(out, "; bits within %#lx", (unsigned long)arg->number);
        fputc('\n', out);
    }
    fprintf(out, "%s * Returns  %s\n", call->arg_count ? " *\n" : "", call->row->text[1]);
    for (int e = 0; e < call->err_count; e++)
        fprintf(out, " * %s -EXO_E_%-6s %s\n", e ? "        " : "Errors  ", call->err[e]->name,
                call->err[e]->text[0]);
    fprintf(out, " * Bound    %s\n", call->row->text[2]);
    if (call->row->text[3][0])
        fprintf(out, " * Source   %s\n", call->row->text[3]);
    fputs(" */\n", out);
}

/*
 * The body: arguments in their registers, all of them in-out because the kernel clears or loses
 * them; rdx carries the second result.
 */
static void write_stub_body(FILE *out, const struct call *call, int two)
{
    int n = call->arg_count;

    fprintf(
        out,
        "{\n    register uint64_t rax __asm__(\"rax\") = (uint64_t)EXO_CALL_TAG << 32 | 0x%02lx;\n",
        (unsigned long)call->row->number);
    for (int a = 0; a < n; a++) {
        int pointer = call->arg[a]->type == IN || call->arg[a]->type == OUT ||
                      call->arg[a]->type == INOUT || call->arg[a]->type == BATCH;

        fprintf(out, "    register uint64_t %s __asm__(\"%s\") = %s%s;\n", registers[a],
                registers[a], pointer ? "(uint64_t)" : "", call->arg[a]->name);
    }
    if (n < 3)
        fputs("    register uint64_t rdx __asm__(\"rdx\");\n", out);
    fputs("\n    __asm__ volatile(\"syscall\"\n                     : \"+r\"(rax)", out);
    for (int a = 0; a < n; a++)
        fprintf(out, ", \"+r\"(%s)", registers[a]);
    if (n < 3)
        fputs(", \"=r\"(rdx)", out);
    fputs("\n                     :\n                     : \"rcx\", \"r11\", \"memory\"", out);
    for (int a = n; a < ARGUMENTS_MAX; a++)
        if (a != 2)
            fprintf(out, ", \"%s\"", registers[a]);
    fputs(");\n", out);
    fputs(two ? "    *second = rdx;\n" : "", out);
    fputs("    return (int64_t)rax;\n}\n\n", out);
}

static void write_stub(FILE *out, const struct call *call, int two)
{
    fprintf(out, "static inline int64_t exo_%s%s(", call->row->name, two ? "_2" : "");
    for (int a = 0; a < call->arg_count; a++) {
        fputs(a ? ", " : "", out);
        write_parameter(out, call->arg[a]);
    }
    if (two)
        fprintf(out, "%suint64_t *second", call->arg_count ? ", " : "");
    else if (!call->arg_count)
        fputs("void", out);
    fputs(")\n", out);
    write_stub_body(out, call, two);
}

/* The register file is the message: an inline stub cannot say that; lib/exo/transfer.S does. */
static int carries_registers(const struct call *call)
{
    const char *name = call->row->name;

    return !strcmp(name, "transfer_call") || !strcmp(name, "transfer_send") ||
           !strcmp(name, "transfer_return");
}

static void write_stubs(const char *directory)
{
    FILE *out = open_output(directory, "exo_stubs.h", "the kernel calls for users");

    fputs("#include <stdint.h>\n#include \"abi/exo_types.h\"\n\n"
          "/* exo_NAME_2 also gives the second result (rdx). transfer_call, transfer_send and "
          "transfer_return hand\n"
          " * over registers: see lib/exo/transfer.h. */\n\n",
          out);
    for (int i = 0; i < call_count; i++) {
        if (carries_registers(&calls[i]))
            continue;
        write_contract(out, &calls[i]);
        write_stub(out, &calls[i], 0);
        write_stub(out, &calls[i], 1);
    }
    close_output(out, "exo_stubs.h");
}

/* --- the kernel's side
 * ----------------------------------------------------------------------------- */

/* Calls whose every instruction counts: the kernel's file itself checks what a decoder does, in the registers of the call. */
static int decodes_itself(const struct call *call)
{
    return !strcmp(call->row->name, "null") || !strcmp(call->row->name, "pt_write");
}

static void write_prototypes(const char *directory)
{
    FILE *out = open_output(directory, "call_prototypes.h", "handlers of the kernel calls");

    fputs("#include \"core/call.h\"\n\nstruct cap;\n\n"
          "/* Addresses are user addresses, unchecked; all else has passed its decoder. What comes "
          "by pointer "
          "is the kernel's copy. */\n",
          out);
    for (int i = 0; i < call_count; i++)
        for (int a = 0; a < calls[i].arg_count; a++)
            if (calls[i].arg[a]->type == IN) {
                char type[128];

                pointer_type(calls[i].arg[a], type, sizeof type);
                fprintf(out, "%s;\n", type);
            }
    for (int i = 0; i < call_count; i++) {
        if (decodes_itself(&calls[i])) {
            fprintf(out, "call_decoder decode_%s;\n", calls[i].row->name);
            continue;
        }
        fprintf(out, "struct call_result call_%s(struct env *self", calls[i].row->name);
        for (int a = 0; a < calls[i].arg_count; a++) {
            const struct item *arg = calls[i].arg[a];
            char type[128];

            pointer_type(arg, type, sizeof type);
            if (arg->type == CAP || arg->type == IN)
                fprintf(out, ", const %s *%s", arg->type == CAP ? "struct cap" : type, arg->name);
            else
                fprintf(out, ", %s %s", arg->type == SLOT ? "uint32_t" : "uint64_t", arg->name);
        }
        fputs(");\n", out);
    }
    close_output(out, "call_prototypes.h");
}

/* Copies of the capabilities that the call presents, and of the structs that it names; `error` if one is not there. */
static int write_copies(FILE *out, const struct call *call)
{
    int copies = 0;

    for (int pass = 0; pass < 2; pass++)
        for (int a = 0; a < call->arg_count; a++) {
            const struct item *arg = call->arg[a];
            char type[128];

            if (arg->type != (pass ? IN : CAP))
                continue;
            pointer_type(arg, type, sizeof type);
            fprintf(out, "    %s c%d;\n", pass ? type : "struct cap", a);
            fprintf(out, "    %serror = %s", copies++ ? "if (!error)\n        " : "int ",
                    pass ? "" : "-cap_get(env_current()->cap, (uint32_t)");
            if (pass)
                fprintf(out, "ucopy_in(&c%d, a%d, sizeof c%d);\n", a, a, a);
            else
                fprintf(out, "a%d, %#lx, &c%d);\n", a, (unsigned long)arg->number, a);
        }
    return copies;
}

static void write_decoder(FILE *out, const struct call *call)
{
    int checks = 0;

    if (call->row->number == 0x3f) /* test: only test kernels have it */
        fputs("#ifdef KERNEL_TEST\n", out);
    fprintf(out, "static struct call_result decode_%s(", call->row->name);
    for (int a = 0; a < ARGUMENTS_MAX; a++)
        fprintf(out, "%suint64_t a%d", a ? ", " : "", a);
    fputs(")\n{\n", out);
    for (int a = call->arg_count; a < ARGUMENTS_MAX; a++)
        fprintf(out, "    (void)a%d;\n", a);
    for (int a = 0; a < call->arg_count; a++) {
        const struct item *arg = call->arg[a];
        const char * or = checks ? " ||\n        " : "    if (";

        if (is_slot(arg))
            fprintf(out, "%sa%d >= %uu", or, a, EXO_CAP_SLOTS);
        else if (arg->type == SMALL)
            fprintf(out, "%sa%d >= %luu", or, a, (unsigned long)arg->number);
        else if (arg->type == COUNT)
            fprintf(out, "%sa%d - 1 >= %luu", or, a, (unsigned long)arg->number);
        else if (arg->type == FLAGS)
            fprintf(out, "%sa%d & ~(uint64_t)%#lx", or, a, (unsigned long)arg->number);
        else
            continue;
        checks++;
    }
    if (checks)
        fputs(")\n        return call_error(EXO_E_ARG);\n", out);
    fputs("    TEST_ONLY(call_begin());\n", out);
    int copies = write_copies(out, call);

    fprintf(out, "    struct call_result result = %scall_%s(env_current()",
            copies ? "error ? call_error(error) : " : "", call->row->name);
    for (int a = 0; a < call->arg_count; a++) {
        enum arg_type type = call->arg[a]->type;

        fprintf(out, ", %s%d",
                type == CAP || type == IN ? "&c"
                : type == SLOT            ? "(uint32_t)a"
                                          : "a",
                a);
    }
    fprintf(out, ");\n    TEST_ONLY(call_end(0x%02lx));\n    return result;\n}\n",
            (unsigned long)call->row->number);
    fputs(call->row->number == 0x3f ? "#else\n#define decode_test decode_none\n#endif\n\n" : "\n",
          out);
}

static const struct call *call_by_number(uint64_t number)
{
    for (int i = 0; i < call_count; i++)
        if (calls[i].row->number == number)
            return &calls[i];
    return NULL;
}

static void write_array(FILE *out, const char *name, uint64_t first, uint64_t end)
{
    fprintf(out, "call_decoder *const %s[0x%lx] = {\n", name, (unsigned long)(end - first));
    for (uint64_t n = first; n < end; n++) {
        const struct call *call = call_by_number(n);

        fprintf(out, "    [0x%02lx] = decode_%s,\n", (unsigned long)(n - first),
                call ? call->row->name : "none");
    }
    fputs("};\n\n", out);
}

/* Included by exactly one file of the kernel: it defines the tables. */
static void write_table(const char *directory)
{
    FILE *out =
        open_output(directory, "call_table.h", "decoders and dispatch tables of the kernel calls");
    uint64_t end = calls[call_count - 1].row->number + 1;

    if (end <= EXO_CALL_SWITCH_FIRST)
        end = EXO_CALL_SWITCH_FIRST + 1;
    fputs("#include \"core/calls.h\"\n#include \"core/env.h\"\n#include \"core/ucopy.h\"\n\n"
          "extern call_decoder *const call_table_fast[];\nextern call_decoder *const "
          "call_table_switch[];\n"
          "extern const char *const call_names[];\n\n",
          out);
    fprintf(out,
            "#define CALL_FAST_COUNT   0x%02x\n#define CALL_SWITCH_COUNT 0x%02lx\n#define "
            "CALL_NUMBER_END   0x%02lx\n\n",
            EXO_CALL_SWITCH_FIRST, (unsigned long)(end - EXO_CALL_SWITCH_FIRST),
            (unsigned long)end);
    fputs("static struct call_result decode_none(uint64_t a0, uint64_t a1, uint64_t a2, uint64_t "
          "a3, uint64_t a4,\n"
          "                                      uint64_t a5)\n{\n"
          "    (void)a0, (void)a1, (void)a2, (void)a3, (void)a4, (void)a5;\n"
          "    return call_error(EXO_E_CALL);\n}\n\n",
          out);
    for (int i = 0; i < call_count; i++)
        if (!decodes_itself(&calls[i]))
            write_decoder(out, &calls[i]);
    write_array(out, "call_table_fast", 0, EXO_CALL_SWITCH_FIRST);
    write_array(out, "call_table_switch", EXO_CALL_SWITCH_FIRST, end);
    fprintf(out, "/* Holes are NULL. */\nconst char *const call_names[0x%02lx] = {\n",
            (unsigned long)end);
    for (int i = 0; i < call_count; i++)
        fprintf(out, "    [0x%02lx] = \"%s\",\n", (unsigned long)calls[i].row->number,
                calls[i].row->name);
    fputs("};\n", out);
    close_output(out, "call_table.h");
}

/* --- call_cases.h
 * ---------------------------------------------------------------------------------- */

static void write_cases(const char *directory)
{
    FILE *out = open_output(directory, "call_cases.h", "what the boot tests know about each call");

    fputs("#include <stdint.h>\n\nenum call_argument {\n", out);
    for (size_t t = 0; t < sizeof type_names / sizeof type_names[0]; t++)
        fprintf(out, "    CALL_ARGUMENT_%s,\n", type_names[t]);
    fputs("};\n\nstruct call_case {\n    const char *name;\n    uint32_t number;\n    uint32_t "
          "argument_count;\n"
          "    uint32_t errors; /* bit n: EXO_E code n is documented */\n"
          "    struct {\n        enum call_argument type;\n        uint64_t limit;\n        const "
          "char *name;\n"
          "    } argument[6];\n};\n\nstatic const struct call_case call_cases[] = {\n",
          out);
    for (int i = 0; i < call_count; i++) {
        uint32_t errors = 0;

        for (int e = 0; e < calls[i].err_count; e++)
            errors |= 1u << calls[i].err[e]->number;
        fprintf(out, "    {\"%s\", 0x%02lx, %d, 0x%x, {", calls[i].row->name,
                (unsigned long)calls[i].row->number, calls[i].arg_count, errors);
        for (int a = 0; a < calls[i].arg_count; a++)
            fprintf(out, "%s\n        {CALL_ARGUMENT_%s, %lu, \"%s\"}", a ? "," : "",
                    type_names[is_slot(calls[i].arg[a])         ? SLOT
                               : calls[i].arg[a]->type == INOUT ? IN
                                                                : calls[i].arg[a]->type],
                    (unsigned long)calls[i].arg[a]->number, calls[i].arg[a]->name);
        fprintf(out, "%s}},\n", calls[i].arg_count ? "" : "{CALL_ARGUMENT_VALUE, 0, \"\"}");
    }
    fprintf(out, "};\n\n#define CALL_CASE_COUNT %d\n", call_count);
    close_output(out, "call_cases.h");
}

/* --- calls.md
 * -------------------------------------------------------------------------------------- */

static const char *limit_words(const struct item *arg, char *text, size_t size)
{
    unsigned long limit = (unsigned long)arg->number;

    switch (arg->type) {
    case SLOT:
    case CAP:
        snprintf(text, size, "slot, below %d", EXO_CAP_SLOTS);
        break;
    case FRAME:
        snprintf(text, size, "frame number");
        break;
    case ENV:
        snprintf(text, size, "env id");
        break;
    case VALUE:
        snprintf(text, size, "64-bit value");
        break;
    case SMALL:
        snprintf(text, size, "number, below %lu", limit);
        break;
    case IN:
        snprintf(text, size, "address, %lu bytes read", limit);
        break;
    case OUT:
        snprintf(text, size, "address, %lu bytes written", limit);
        break;
    case INOUT:
        snprintf(text, size, "address, %lu bytes read and written", limit);
        break;
    case BATCH:
        snprintf(text, size, "address of an array, %lu bytes each", limit);
        break;
    case COUNT:
        snprintf(text, size, "count, 1 .. %lu", limit);
        break;
    case FLAGS:
        snprintf(text, size, "flags within %#lx", limit);
        break;
    case ADDRESS:
        snprintf(text, size, "user address");
        break;
    }
    return text;
}

static void write_reference_call(FILE *out, const struct call *call)
{
    char text[128];

    fprintf(out, "## %s (0x%02lx)\n\n%s\n\n", call->row->name, (unsigned long)call->row->number,
            call->row->text[0]);
    if (call->arg_count)
        fputs("| register | argument | form | meaning |\n| --- | --- | --- | --- |\n", out);
    for (int a = 0; a < call->arg_count; a++)
        fprintf(out, "| %s | %s | %s | %s |\n", registers[a], call->arg[a]->name,
                limit_words(call->arg[a], text, sizeof text), call->arg[a]->text[0]);
    fprintf(out, "%s- Returns: %s\n- Bound: %s\n", call->arg_count ? "\n" : "", call->row->text[1],
            call->row->text[2]);
    if (call->row->text[3][0])
        fprintf(out, "- Source: %s\n", call->row->text[3]);
    for (int e = 0; e < call->err_count; e++)
        fprintf(out, "%s  - `E_%s`: %s\n", e ? "" : "- Errors:\n", call->err[e]->name,
                call->err[e]->text[0]);
    fputc('\n', out);
}

static void write_reference(const char *path)
{
    FILE *out = fopen(path, "w");

    if (!out)
        fail("%s: cannot write", path);
    fputs("# Kernel calls\n\n<!-- " MADE_FROM " -->\n\n", out);
    fprintf(out,
            "`syscall` with rax = 0x%x << 32 | number. Arguments in rdi, rsi, rdx, r10, r8, r9; "
            "results in rax\n"
            "(negative: an error of `abi/exo_types.h`) and rdx. rcx and r11 are lost; rdi, rsi, "
            "r8, r9 and r10 read as zero\n"
            "afterwards. A `syscall` without the tag goes to the environment's own entry. Calls "
            "from 0x%02x on may give\n"
            "the CPU away. Every call may also return `E_ARG` for an argument that is not of the "
            "form named.\n\n",
            EXO_CALL_TAG, EXO_CALL_SWITCH_FIRST);
    for (int i = 0; i < call_count; i++)
        write_reference_call(out, &calls[i]);
    close_output(out, path);
}

int main(int argc, char **argv)
{
    if (argc < 2 || argc > 3) {
        fputs("usage: abigen DIRECTORY [CALLS.MD]\n", stderr);
        return 2;
    }
    collect();
    write_numbers(argv[1]);
    write_stubs(argv[1]);
    write_prototypes(argv[1]);
    write_table(argv[1]);
    write_cases(argv[1]);
    if (argc == 3)
        write_reference(argv[2]);
    return 0;
}
