/* SPDX-License-Identifier: MIT */
/* inotify_overflow.c - a full queue ends with one overflow event. */
#include "tests/diff/inotify.h"

int main(void)
{
    int fd = inotify_init1(IN_NONBLOCK);
    char bytes[4096];
    struct inotify_event last = {0};
    int limit = 0;
    long events = 0;
    ssize_t length;
    FILE *file = fopen("/proc/sys/fs/inotify/max_queued_events", "r");

    NEED(file && fscanf(file, "%d", &limit) == 1);
    NEED(fd >= 0);
    make_text("a", "1");
    SHOW(inotify_add_watch(fd, ".", IN_ATTRIB | IN_MODIFY));
    for (int i = 0; i < limit + 10; i++)
        NEED(chmod(i & 1 ? "a" : ".", 0755) == 0);
    while ((length = read(fd, bytes, sizeof bytes)) > 0) {
        for (char *at = bytes; at < bytes + length;) {
            memcpy(&last, at, sizeof last);
            at += sizeof last + last.len;
            events++;
        }
    }
    TELL(events == limit + 1);
    TELL(last.mask == IN_Q_OVERFLOW && last.wd == -1 && last.len == 0);
    return 0;
}
