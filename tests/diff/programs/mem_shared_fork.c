/* SPDX-License-Identifier: MIT */
/* mem_shared_fork.c - shared anonymous memory is one for parent and child. */
#include "tests/diff/diff.h"

static char *area;

static int child(void *unused)
{
    (void)unused;
    printf("the child reads %s\n", area);
    strcpy(area, "from the child");
    strcpy(area + 3 * PAGE, "a page the parent never touched");
    return 0;
}

int main(void)
{
    area = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    NEED(area != MAP_FAILED);
    strcpy(area, "from the parent");
    run_child("child", child, NULL);
    printf("the parent reads %s\n", area);
    printf("and %s\n", area + 3 * PAGE);
    return 0;
}
