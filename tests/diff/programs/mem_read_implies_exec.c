/* SPDX-License-Identifier: MIT */
/* mem_read_implies_exec.c - personality READ_IMPLIES_EXEC: what can be read may be executed; inherited by fork, gone after exec. */
#include "tests/diff/diff.h"
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/shm.h>
#include <sys/wait.h>

static void show_area(const char *what, const void *address)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[512], rights[5] = "none";
    unsigned long start, end;

    while (maps && fgets(line, sizeof line, maps)) {
        char here[5];

        if (sscanf(line, "%lx-%lx %4s", &start, &end, here) == 3 &&
            (unsigned long)address >= start && (unsigned long)address < end)
            memcpy(rights, here, sizeof rights);
    }
    if (maps)
        fclose(maps);
    printf("%s: %s\n", what, rights);
}

static void areas(void)
{
    void *plain = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    void *none = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    void *shared = mmap(NULL, 4096, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int id = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
    char *heap = sbrk(65536);

    show_area("private", plain);
    show_area("none", none);
    show_area("shared", shared);
    NEED(mprotect(none, 4096, PROT_READ) == 0);
    show_area("mprotect", none);
    show_area("heap", heap + 32768);
    void *segment = shmat(id, NULL, 0);

    show_area("shm", segment);
    shmdt(segment);
    shmctl(id, IPC_RMID, NULL);
    munmap(plain, 4096);
    munmap(none, 4096);
    munmap(shared, 4096);
}

int main(int argc, char **argv)
{
    static const unsigned char code[] = {0xb8, 42, 0, 0, 0, 0xc3}; /* mov eax, 42; ret */

    if (argc > 1) {
        SHOW(personality(0xffffffff));
        return 0;
    }
    areas();
    NEED(personality(READ_IMPLIES_EXEC) >= 0);
    areas();
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    memcpy(page, code, sizeof code);
    printf("ran: %d\n", ((int (*)(void))page)());
    fflush(stdout);
    pid_t child = fork();

    if (!child) {
        SHOW(personality(0xffffffff));
        fflush(stdout);
        execl("/proc/self/exe", argv[0], "again", NULL);
        _exit(1);
    }
    waitpid(child, NULL, 0);
    return 0;
}
