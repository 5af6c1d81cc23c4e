/* SPDX-License-Identifier: MIT */
/* exec_vdso.c - the vDSO is an ELF image that offers the clock. */
#include "tests/diff/diff.h"

int main(void)
{
    const unsigned char *image = (void *)getauxval(AT_SYSINFO_EHDR);

    NEED(image);
    TELL(memcmp(image, "\177ELF", 4) == 0);
    TELL(image[4] == 2);
    TELL(((uintptr_t)image & (PAGE - 1)) == 0);
    say_touch("writing to it", (void *)image, 'w');
    return 0;
}
