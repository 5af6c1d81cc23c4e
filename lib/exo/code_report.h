/* SPDX-License-Identifier: MIT */
/* code_report.h - what the verifier and aborted runs say, in words. Pure. */
#pragma once
#include <stdint.h>
#include "abi/exo_code.h"

/* What the detail of an error is. */
enum exo_code_detail {
    EXO_CODE_DETAIL_NONE,
    EXO_CODE_DETAIL_REGISTER, /* "r%u" */
    EXO_CODE_DETAIL_OFFSET,   /* "offset %u" */
    EXO_CODE_DETAIL_HELPER,   /* "helper %u" */
    EXO_CODE_DETAIL_COST,     /* "instructions: %u" */
};

/* exo_code_error - an error of enum exo_code_error in words, to be put behind "refused: "; any number is allowed. */
const char *exo_code_error(uint32_t error, enum exo_code_detail *detail);
/* exo_code_remedy - what to do about it; "" if the text says it. */
const char *exo_code_remedy(uint32_t error);
/* exo_code_abort - why a run ended early. */
const char *exo_code_abort(uint32_t reason);
const char *exo_code_type_name(uint32_t type);
