/* SPDX-License-Identifier: MIT */
/* mem_huge_request.c - more address space than there is gives ENOMEM. */
#include "tests/diff/diff.h"

int main(void)
{
    size_t length = (size_t)1 << 46;
    char *first = mmap(NULL, length, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    TELL(first != MAP_FAILED);
    SHOW_MAP(mmap(NULL, 2 * length, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
    SHOW_MAP(mmap(NULL, length + length / 2, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                  -1, 0));
    return 0;
}
