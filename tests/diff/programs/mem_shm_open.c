/* SPDX-License-Identifier: MIT */
/* mem_shm_open.c - POSIX shared memory through /dev/shm. */
#include "tests/diff/diff.h"

int main(void)
{
    char name[64];
    struct stat st;
    char *memory;
    pid_t pid;
    int fd;

    snprintf(name, sizeof name, "/lorica-shm-%d", (int)getpid());
    SHOW(shm_open(name, O_RDWR, 0600));
    fd = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
    NEED(fd >= 0);
    TELL(fcntl(fd, F_GETFD) == FD_CLOEXEC);
    SHOW(shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600));
    SHOW(ftruncate(fd, 8192));
    memory = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    NEED(memory != MAP_FAILED);
    pid = fork();
    NEED(pid >= 0);
    if (!pid) {
        int again = shm_open(name, O_RDWR, 0);
        char *mine = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, again, 0);

        NEED(mine != MAP_FAILED);
        strcpy(mine + 5000, "hello");
        _exit(0);
    }
    printf("%d\n", reap(pid));
    printf("%s\n", memory + 5000);
    NEED(fstat(fd, &st) == 0);
    printf("%ld %o\n", (long)st.st_size, st.st_mode);
    SHOW(shm_unlink(name));
    SHOW(shm_unlink(name));
    printf("%s\n", memory + 5000);
    SHOW(shm_open("/a/b", O_RDWR | O_CREAT, 0600));
    return 0;
}
