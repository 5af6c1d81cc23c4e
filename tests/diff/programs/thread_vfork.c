/* SPDX-License-Identifier: MIT */
/* thread_vfork.c - vfork and posix_spawn from threads, several at once. */
#include "tests/diff/thread.h"

static char *self;

static void *spawns(void *number)
{
    long wrong = 0;
    char text[16];
    char *arguments[] = {self, text, NULL};
    char *none[] = {NULL};

    snprintf(text, sizeof text, "%ld", (long)number);
    for (int i = 0; i < 5; i++) {
        pid_t pid;

        if (posix_spawn(&pid, self, NULL, NULL, arguments, none))
            return (void *)100;
        wrong += reap(pid) != (int)(long)number;
    }
    return (void *)wrong;
}

int main(int argc, char **argv)
{
    pthread_t thread[4];
    long wrong = 0;
    char path[512];

    if (argc > 1)
        return atoi(argv[1]);
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);

    NEED(length > 0);
    path[length] = 0;
    self = path;
    for (long i = 0; i < 4; i++)
        thread[i] = start(spawns, (void *)(i + 1));
    for (int i = 0; i < 4; i++)
        wrong += (long)join(thread[i]);
    printf("wrong %ld\n", wrong);
    return 0;
}
