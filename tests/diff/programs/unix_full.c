/* SPDX-License-Identifier: MIT */
/* unix_full.c - a full stream: EAGAIN, a blocked writer, poll. */
#include "tests/diff/socket.h"

int main(void)
{
    int pair[2];
    static char block[65536];
    long total = 0;
    ssize_t done;

    NEED(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) == 0);
    while ((done = write(pair[0], block, sizeof block)) > 0)
        total += done;
    printf("%zd %s\n", done, error_name(errno));
    TELL(total >= 65536);
    say_poll("full", pair[0]);
    SHOW(send(pair[0], "x", 1, 0));
    long taken = 0;
    while ((done = read(pair[1], block, sizeof block)) > 0)
        taken += done;
    TELL(taken == total);
    say_poll("empty", pair[0]);
    NEED(fcntl(pair[0], F_SETFL, 0) == 0 && fcntl(pair[1], F_SETFL, 0) == 0);
    pid_t pid = fork();
    if (pid == 0) {
        close(pair[1]);
        for (int i = 0; i < 1 << 20; i += (int)sizeof block) {
            for (size_t j = 0; j < sizeof block; j++)
                block[j] = (char)((size_t)i + j * 7);
            if (write(pair[0], block, sizeof block) != sizeof block)
                _exit(1);
        }
        _exit(0);
    }
    close(pair[0]);
    long wrong = 0;
    total = 0;
    while ((done = read(pair[1], block, 4001)) > 0)
        for (ssize_t i = 0; i < done; i++, total++)
            wrong += block[i] != (char)(total / 65536 * 65536 + total % 65536 * 7);
    printf("%ld bytes, %ld wrong\n", total, wrong);
    int status;
    NEED(waitpid(pid, &status, 0) == pid);
    printf("writer %d\n", status);
    return 0;
}
