/* SPDX-License-Identifier: MIT */
/* thread_tls.c - thread-local variables, keys with destructors, once. */
#include "tests/diff/thread.h"

static __thread int own = 7;
static __thread char buffer[3000];
static pthread_key_t key;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static int destroyed, ran;

static void destroy(void *value)
{
    add(&destroyed, (int)(long)value);
}

static void run_once(void)
{
    ran++;
}

static void *body(void *number)
{
    long wrong = own != 7 || buffer[0] || buffer[2999];

    own = (int)(long)number;
    memset(buffer, (int)(long)number, sizeof buffer);
    pthread_setspecific(key, number);
    pthread_once(&once, run_once);
    for (int i = 0; i < 20; i++) {
        sched_yield();
        wrong += own != (int)(long)number || buffer[1500] != (char)(long)number;
        wrong += pthread_getspecific(key) != number;
    }
    return (void *)wrong;
}

int main(void)
{
    pthread_t thread[8];
    long wrong = 0;

    pthread_key_create(&key, destroy);
    own = 100;
    for (long i = 0; i < 8; i++)
        thread[i] = start(body, (void *)(i + 1));
    for (int i = 0; i < 8; i++)
        wrong += (long)join(thread[i]);
    printf("wrong %ld, own %d, destroyed %d, ran %d\n", wrong, own, destroyed, ran);
    return 0;
}
