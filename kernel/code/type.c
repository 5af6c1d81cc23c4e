/* SPDX-License-Identifier: MIT */
/* type.c - the tables of program types and helpers. */
#include "code/type.h"

/* An ownership function sees its input and its constants only: the same bytes always give the same blocks. */
const struct code_type code_types[EXO_CODE_TYPES] = {
    [EXO_CODE_PACKET] =
        {
            .context_bytes = sizeof(struct exo_code_packet),
            .wide_bytes = __builtin_offsetof(struct exo_code_packet, length),
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
            .context_bytes = sizeof(struct exo_code_predicate),
            .wide_bytes = sizeof(struct exo_code_predicate),
            .bounds = {EXO_CODE_MEMORY},
            .access = {[EXO_CODE_MEMORY] = CODE_READ, [EXO_CODE_RODATA] = CODE_READ},
            .cost_max = EXO_CODE_PREDICATE_COST,
            .result_max = UINT64_MAX,
        },
    [EXO_CODE_OWNERSHIP] =
        {
            .context_bytes = sizeof(struct exo_code_ownership),
            .wide_bytes = sizeof(struct exo_code_ownership),
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
