/* SPDX-License-Identifier: MIT */
/* thread_create.c - create, join, results, detach, and the errors of join. */
#include "tests/diff/thread.h"

static int seen;

static void *body(void *argument)
{
    add(&seen, 1);
    return (char *)argument + 1;
}

#ifdef __GLIBC__ /* musl waits for ever */
static void *self_join(void *unused)
{
    (void)unused;
    return (void *)(long)pthread_join(pthread_self(), NULL);
}
#endif

static void *ends_itself(void *argument)
{
    pthread_exit((char *)argument + 2);
}

static void *waits(void *flag)
{
    wait_value(flag, 1);
    add(&seen, 1);
    set(flag, 2);
    return NULL;
}

int main(void)
{
    int flag = 0;

    TELL(join(start(body, (void *)41)) == (void *)42);
    TELL(join(start(ends_itself, (void *)40)) == (void *)42);
#ifdef __GLIBC__
    printf("joining oneself: %s\n", error_name((int)(long)join(start(self_join, NULL))));
#endif
    pthread_t thread = start(waits, &flag);

    SHOW_ERROR(pthread_detach(thread));
    set(&flag, 1);
    wait_value(&flag, 2);
    printf("seen %d\n", seen);
    pthread_attr_t attr;
    size_t size = 0;

    pthread_attr_init(&attr);
    SHOW_ERROR(pthread_attr_setstacksize(&attr, 65536));
    SHOW_ERROR(pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_JOINABLE));
    SHOW_ERROR(pthread_create(&thread, &attr, body, NULL));
    join(thread);
    pthread_attr_getstacksize(&attr, &size);
    printf("stack %zu, seen %d\n", size, seen);
    return 0;
}
