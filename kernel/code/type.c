/* SPDX-License-Identifier: MIT */
/* type.c - the tables of program types and helpers. */
#include "code/type.h"

#define FIELD(type, member, kind, region)                                                          \
    {                                                                                              \
        __builtin_offsetof(struct type, member), sizeof((struct type){0}.member), kind, region     \
    }
#define NUMBER(type, member)          FIELD(type, member, CODE_FIELD_NUMBER, 0)
#define POINTER(type, member, region) FIELD(type, member, CODE_FIELD_POINTER, region)
#define END(type, member, region)     FIELD(type, member, CODE_FIELD_END, region)

static const struct code_field packet_fields[] = {
    POINTER(exo_code_packet, packet, EXO_CODE_PACKET_REGION),
    END(exo_code_packet, packet_end, EXO_CODE_PACKET_REGION),
    POINTER(exo_code_packet, reply, EXO_CODE_REPLY),
    END(exo_code_packet, reply_end, EXO_CODE_REPLY),
    POINTER(exo_code_packet, memory, EXO_CODE_MEMORY),
    END(exo_code_packet, memory_end, EXO_CODE_MEMORY),
    NUMBER(exo_code_packet, now_ns),
    NUMBER(exo_code_packet, length),
    NUMBER(exo_code_packet, flags),
    {0},
};

static const struct code_field predicate_fields[] = {
    POINTER(exo_code_predicate, memory, EXO_CODE_MEMORY),
    END(exo_code_predicate, memory_end, EXO_CODE_MEMORY),
    NUMBER(exo_code_predicate, now_ns),
    {0},
};

static const struct code_field ownership_fields[] = {
    POINTER(exo_code_ownership, input, EXO_CODE_INPUT),
    END(exo_code_ownership, input_end, EXO_CODE_INPUT),
    NUMBER(exo_code_ownership, block),
    NUMBER(exo_code_ownership, argument),
    {0},
};

/* An ownership function sees its input and its constants only: the same bytes always give the same blocks. */
const struct code_type code_types[EXO_CODE_TYPES] = {
    [EXO_CODE_PACKET] =
        {
            .fields = packet_fields,
            .context_bytes = sizeof(struct exo_code_packet),
            .bounds = {EXO_CODE_PACKET_REGION, EXO_CODE_REPLY, EXO_CODE_MEMORY},
            .access = {[EXO_CODE_PACKET_REGION] = CODE_READ,
                       [EXO_CODE_REPLY] = CODE_READ | CODE_WRITE,
                       [EXO_CODE_MEMORY] = CODE_READ | CODE_WRITE | CODE_LOCK,
                       [EXO_CODE_RODATA] = CODE_READ},
            .helpers = 1 << EXO_CODE_HELPER_COPY | 1 << EXO_CODE_HELPER_CHECKSUM |
                       1 << EXO_CODE_HELPER_SEND | 1 << EXO_CODE_HELPER_WAKE,
            .loops = true,
            .cost_max = EXO_CODE_PACKET_COST,
            .fuel = EXO_CODE_PACKET_FUEL,
            .result_max = EXO_CODE_DROP | EXO_CODE_TRANSFER,
        },
    [EXO_CODE_PREDICATE] =
        {
            .fields = predicate_fields,
            .context_bytes = sizeof(struct exo_code_predicate),
            .bounds = {EXO_CODE_MEMORY},
            .access = {[EXO_CODE_MEMORY] = CODE_READ, [EXO_CODE_RODATA] = CODE_READ},
            .cost_max = EXO_CODE_PREDICATE_COST,
            .result_max = UINT64_MAX,
        },
    [EXO_CODE_OWNERSHIP] =
        {
            .fields = ownership_fields,
            .context_bytes = sizeof(struct exo_code_ownership),
            .bounds = {EXO_CODE_INPUT},
            .access = {[EXO_CODE_INPUT] = CODE_READ, [EXO_CODE_RODATA] = CODE_READ},
            .helpers = 1 << EXO_CODE_HELPER_OWN,
            .loops = true,
            .cost_max = 65536,
            .fuel = 262144,
            .result_max = UINT64_MAX,
        },
};

const uint8_t code_helper_arguments[EXO_CODE_HELPERS][5] = {
    [EXO_CODE_HELPER_COPY] = {CODE_ARGUMENT_TO, CODE_ARGUMENT_FROM, CODE_ARGUMENT_NUMBER},
    [EXO_CODE_HELPER_CHECKSUM] = {CODE_ARGUMENT_FROM, CODE_ARGUMENT_NUMBER, CODE_ARGUMENT_NUMBER},
    [EXO_CODE_HELPER_SEND] = {CODE_ARGUMENT_FROM, CODE_ARGUMENT_NUMBER},
    [EXO_CODE_HELPER_WAKE] = {CODE_ARGUMENT_NUMBER},
    [EXO_CODE_HELPER_OWN] = {CODE_ARGUMENT_NUMBER, CODE_ARGUMENT_NUMBER, CODE_ARGUMENT_NUMBER},
};
