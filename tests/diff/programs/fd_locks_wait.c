/* SPDX-License-Identifier: MIT */
/* fd_locks_wait.c - F_SETLKW waits for the lock, and closing any descriptor drops it. */
#include "tests/diff/diff.h"

int main(void)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int fd = open("file", O_RDWR | O_CREAT, 0644);
    int tube[2];
    char byte;

    NEED(fd >= 0 && pipe(tube) == 0);
    NEED(fcntl(fd, F_SETLK, &lock) == 0);
    pid_t pid = fork();
    if (pid == 0) {
        SHOW(fcntl(fd, F_SETLK, &lock));
        NEED(write(tube[1], "w", 1) == 1);
        SHOW(fcntl(fd, F_SETLKW, &lock));
        _exit(3);
    }
    NEED(read(tube[0], &byte, 1) == 1);
    sleep_ms(20);
    SHOW(waitpid(pid, NULL, WNOHANG));
    NEED(close(open("file", O_RDONLY)) == 0);
    printf("child %d\n", reap(pid));
    SHOW(fcntl(fd, F_SETLK, &lock));
    return 0;
}
