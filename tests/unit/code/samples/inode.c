/* SPDX-License-Identifier: MIT */
/* inode.c - an ownership function: a block of 32 inodes of 128 bytes, each with 12 block pointers and one indirect. */
#include "lib/exo/code_program.h"

struct inode {
    uint16_t mode, links;
    uint32_t size;
    uint32_t block[12];
    uint32_t indirect;
    uint8_t other[68];
};

EXO_CODE_PROGRAM("ownership") uint64_t inodes(struct exo_code_ownership *ctx)
{
    const struct inode *inode = (const struct inode *)EXO_CODE_BYTES(ctx->input);

    for (uint32_t i = 0; i < 32; i++, inode++) {
        if ((const uint8_t *)(inode + 1) > EXO_CODE_BYTES(ctx->input_end))
            break;
        if (!inode->mode)
            continue;
        for (uint32_t b = 0; b < 12; b++)
            if (inode->block[b])
                exo_code_own(inode->block[b], 1, 0);
        if (inode->indirect)
            exo_code_own(inode->indirect, 1, 1);
    }
    return 0;
}
