/* SPDX-License-Identifier: MIT */
/* mem_cow_fork.c - private memory is copied on the first write of either side. */
#include "tests/diff/diff.h"

static char *area;
static int tube[2];

static int child(void *unused)
{
    char go;

    (void)unused;
    area[0] = 'c';
    area[5 * PAGE] = 'c';
    NEED(read(tube[0], &go, 1) == 1);
    printf("the child has %c %c %c\n", area[0], area[PAGE], area[5 * PAGE]);
    return area[0] == 'c' && area[PAGE] == 'i' ? 0 : 1;
}

int main(void)
{
    int status;

    area = map_pages(8);
    memset(area, 'i', 8 * PAGE);
    NEED(pipe(tube) == 0);
    pid_t pid = fork();
    if (pid == 0)
        _exit(child(NULL));
    area[PAGE] = 'p';
    area[0] = 'p';
    NEED(write(tube[1], "g", 1) == 1);
    NEED(waitpid(pid, &status, 0) == pid);
    say_status("child", status);
    printf("the parent has %c %c %c\n", area[0], area[PAGE], area[5 * PAGE]);
    return 0;
}
