/* SPDX-License-Identifier: MIT */
/* time_alarm.c - alarm sends SIGALRM once and says what was left before. */
#include "tests/diff/diff.h"

int main(void)
{
    catch_signal(SIGALRM, 0);
    SHOW(alarm(100));
    unsigned left = alarm(1);
    TELL(left == 100 || left == 99);
    int64_t start = now_ms();
    SHOW(pause());
    TELL(now_ms() - start >= 900 && now_ms() - start < 4000);
    SHOW(alarm(0));
    printf("caught %d\n", (int)caught_count);
    return 0;
}
