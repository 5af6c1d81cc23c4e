/* SPDX-License-Identifier: MIT */
/* mem_exec.c - generated code runs only from executable memory. */
#include "tests/diff/diff.h"

static const unsigned char code[] = {0xb8, 0x2a, 0, 0, 0, 0xc3}; /* mov $42, %eax; ret */

int main(void)
{
    char *area = map_pages(1);

    memcpy(area, code, sizeof code);
    say_touch("calling a page that is not executable", area, 'x');
    SHOW(mprotect(area, PAGE, PROT_READ | PROT_EXEC));
    printf("calling it now gives %d\n", ((int (*)(void))(void *)area)());
    say_touch("writing to it", area, 'w');
    SHOW(mprotect(area, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC));
    area[1] = 43;
    printf("after a change %d\n", ((int (*)(void))(void *)area)());
    say_touch("calling address 0x10", BAD_POINTER, 'x');
    return 0;
}
