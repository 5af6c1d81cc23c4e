/* SPDX-License-Identifier: MIT */
/* procfs_sysvipc.c - what is shared between processes is listed in /proc/sysvipc. */
#include "tests/diff/diff.h"
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

/* The line of an object by its number, second in each line. */
static void find(const char *path, int id)
{
    FILE *file = fopen(path, "r");
    char line[512];
    int count = 0, number;
    unsigned mode = 0;

    NEED(file);
    while (fgets(line, sizeof line, file))
        if (sscanf(line, "%*d %d %o", &number, &mode) == 2 && number == id)
            count++;
    fclose(file);
    printf("%s: %d\n", path, count);
}

int main(void)
{
    int shm = shmget(IPC_PRIVATE, 5000, IPC_CREAT | 0600);
    int sem = semget(IPC_PRIVATE, 3, IPC_CREAT | 0640);
    int msg = msgget(IPC_PRIVATE, IPC_CREAT | 0604);

    NEED(shm >= 0 && sem >= 0 && msg >= 0);
    find("/proc/sysvipc/shm", shm);
    find("/proc/sysvipc/sem", sem);
    find("/proc/sysvipc/msg", msg);
    NEED(shmctl(shm, IPC_RMID, NULL) == 0 && semctl(sem, 0, IPC_RMID) == 0 &&
         msgctl(msg, IPC_RMID, NULL) == 0);
    find("/proc/sysvipc/shm", shm);
    find("/proc/sysvipc/sem", sem);
    find("/proc/sysvipc/msg", msg);
    return 0;
}
