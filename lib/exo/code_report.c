/* SPDX-License-Identifier: MIT */
/* code_report.c - tables of words; see code_report.h. */
#include "lib/exo/code_report.h"

_Static_assert(EXO_CODE_PACKET_COST == 5120 && EXO_CODE_PREDICATE_COST == 10240, "EXO_CODE_E_COST");

struct row {
    const char *text, *remedy;
    enum exo_code_detail detail;
};

static const struct row errors[EXO_CODE_ERRORS] = {
    [EXO_CODE_OK] = {"nothing is wrong", "", EXO_CODE_DETAIL_NONE},
    [EXO_CODE_E_LENGTH] = {"it has no instructions, or more than 4,096", "", EXO_CODE_DETAIL_NONE},
    [EXO_CODE_E_OPCODE] = {"this instruction does not exist, or not here",
                           "legacy packet loads, indirect calls and jump tables are not accepted",
                           EXO_CODE_DETAIL_NONE},
    [EXO_CODE_E_FIELD] = {"a field of this instruction that must be zero is not", "",
                          EXO_CODE_DETAIL_NONE},
    [EXO_CODE_E_JUMP] = {"it jumps out of the program or into an instruction", "",
                         EXO_CODE_DETAIL_NONE},
    [EXO_CODE_E_UNREACHED] = {"no path leads to this instruction", "", EXO_CODE_DETAIL_NONE},
    [EXO_CODE_E_LOOP] = {"this type of program may not loop", "unroll the loop",
                         EXO_CODE_DETAIL_NONE},
    [EXO_CODE_E_END] = {"control runs past the last instruction", "", EXO_CODE_DETAIL_NONE},
    [EXO_CODE_E_UNINIT] = {"something is read here that was not written on every path",
                           "initialise it where it is declared", EXO_CODE_DETAIL_REGISTER},
    [EXO_CODE_E_FRAME] = {"r10 is written", "", EXO_CODE_DETAIL_NONE},
    [EXO_CODE_E_NOT_POINTER] = {"memory is accessed through a number",
                                "only pointers of the context and to variables can be followed",
                                EXO_CODE_DETAIL_REGISTER},
    [EXO_CODE_E_MIXED] = {"this is a pointer into one region or another, depending on the path",
                          "use a variable for each region", EXO_CODE_DETAIL_REGISTER},
    [EXO_CODE_E_ARITHMETIC] = {"pointers do not have this operation",
                               "numbers can be added to and subtracted from them",
                               EXO_CODE_DETAIL_REGISTER},
    [EXO_CODE_E_COMPARE] = {"these two cannot be compared so",
                            "compare pointers of one region with <, <=, == and so on",
                            EXO_CODE_DETAIL_REGISTER},
    [EXO_CODE_E_LEAK] = {"a pointer would become a number or leave the program", "",
                         EXO_CODE_DETAIL_REGISTER},
    [EXO_CODE_E_CONTEXT] = {"the context has no such field, or it is written",
                            "read each field with a load of its own size", EXO_CODE_DETAIL_OFFSET},
    [EXO_CODE_E_STACK] = {"this is outside the stack, or at a place that depends on the path",
                          "index an array of the memory window instead", EXO_CODE_DETAIL_REGISTER},
    [EXO_CODE_E_READ_ONLY] = {"this region is read-only for programs of this type", "",
                              EXO_CODE_DETAIL_REGISTER},
    [EXO_CODE_E_REGION] = {"programs of this type have no such region", "",
                           EXO_CODE_DETAIL_REGISTER},
    [EXO_CODE_E_ATOMIC] = {"atomic operations are for the memory window, and aligned places", "",
                           EXO_CODE_DETAIL_REGISTER},
    [EXO_CODE_E_HELPER] = {"programs of this type have no such helper", "", EXO_CODE_DETAIL_HELPER},
    [EXO_CODE_E_ARGUMENT] = {"this argument is not of the kind that the helper takes", "",
                             EXO_CODE_DETAIL_REGISTER},
    [EXO_CODE_E_RESULT] = {"it returns a pointer", "", EXO_CODE_DETAIL_NONE},
    [EXO_CODE_E_COMPLEX] =
        {"it is too complex: too many steps to look at, or more than 16 pointers on the stack",
         "make it shorter, or its loops simpler", EXO_CODE_DETAIL_NONE},
    [EXO_CODE_E_COST] = {"its longest path takes more of the processor's instructions than its "
                         "type may: 5,120 of a packet handler, 10,240 of a predicate",
                         "do less, or do it in a loop, which is paid from a budget of its own",
                         EXO_CODE_DETAIL_COST},
    [EXO_CODE_E_MEMORY] = {"it needs more frames to be checked or compiled",
                           "give code_create more of them", EXO_CODE_DETAIL_NONE},
};

static const char *const aborts[EXO_CODE_ABORTS] = {
    [EXO_CODE_RAN] = "it ran to its end",
    [EXO_CODE_A_BOUNDS] = "it accessed memory outside a region",
    [EXO_CODE_A_FUEL] = "it used up its budget",
    [EXO_CODE_A_ALIGN] = "an atomic operation was not aligned",
    [EXO_CODE_A_HELPER] = "a helper was given something it does not take",
    [EXO_CODE_A_RESULT] = "it returned what its type does not have",
    [EXO_CODE_A_UNREACHED] = "it came to a place that cannot be reached: a bug of the kernel",
};

static const struct row *row_of(uint32_t error)
{
    static const struct row unknown = {"for a reason that this version does not know", "",
                                       EXO_CODE_DETAIL_NONE};

    return error < EXO_CODE_ERRORS && errors[error].text ? &errors[error] : &unknown;
}

const char *exo_code_error(uint32_t error, enum exo_code_detail *detail)
{
    *detail = row_of(error)->detail;
    return row_of(error)->text;
}

const char *exo_code_remedy(uint32_t error)
{
    return row_of(error)->remedy;
}

const char *exo_code_abort(uint32_t reason)
{
    return reason < EXO_CODE_ABORTS ? aborts[reason]
                                    : "for a reason that this version does not know";
}

const char *exo_code_type_name(uint32_t type)
{
    static const char *const names[EXO_CODE_TYPES] = {"", "packet", "predicate", "ownership"};

    return type < EXO_CODE_TYPES ? names[type] : "";
}
