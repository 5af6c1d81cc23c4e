/* SPDX-License-Identifier: MIT */
/* shm_attach.c - addresses, rounding, read-only attaches and taking over a place. */
#include "tests/diff/diff.h"
#include <sys/shm.h>

int main(void)
{
    int id = shmget(IPC_PRIVATE, 8192, IPC_CREAT | 0600);
    char *place = map_pages(4);
    char *memory;

    NEED(id >= 0);
    SHOW_MAP(shmat(id, place, 0));
    SHOW_MAP(shmat(id, place + 5, 0));
    memory = shmat(id, place, SHM_REMAP);
    TELL(memory == place);
    memory[0] = 'r';
    SHOW(shmdt(place));
    say_touch("after shmdt", place, 'r');
    TELL(shmat(id, place + 100, SHM_RND) == place);
    TELL(place[0] == 'r');
    say_touch("third page stays", place + 8192, 'r');
    SHOW(shmdt(place + 4096));
    SHOW(shmdt(place + 1));
    memory = shmat(id, NULL, SHM_RDONLY);
    NEED(memory != (void *)-1);
    say_touch("read-only, read", memory, 'r');
    say_touch("read-only, write", memory, 'w');
    SHOW(mprotect(memory, 4096, PROT_READ | PROT_WRITE));
    SHOW_MAP(shmat(id, NULL, SHM_REMAP));
    SHOW(shmctl(id, IPC_RMID, NULL));
    return 0;
}
