/* SPDX-License-Identifier: MIT */
/* inotify.h - for the programs of tests/diff about inotify: print queued events in words. */
#pragma once
#include "tests/diff/diff.h"
#include <sys/inotify.h>

/* All that is queued on a descriptor that does not block. Cookies are numbered as they first appear. */
static inline void say_events(int fd)
{
    static const struct named_number names[] = {{IN_ACCESS, "ACCESS"},
                                                {IN_MODIFY, "MODIFY"},
                                                {IN_ATTRIB, "ATTRIB"},
                                                {IN_CLOSE_WRITE, "CLOSE_WRITE"},
                                                {IN_CLOSE_NOWRITE, "CLOSE_NOWRITE"},
                                                {IN_OPEN, "OPEN"},
                                                {IN_MOVED_FROM, "MOVED_FROM"},
                                                {IN_MOVED_TO, "MOVED_TO"},
                                                {IN_CREATE, "CREATE"},
                                                {IN_DELETE, "DELETE"},
                                                {IN_DELETE_SELF, "DELETE_SELF"},
                                                {IN_MOVE_SELF, "MOVE_SELF"},
                                                {IN_UNMOUNT, "UNMOUNT"},
                                                {IN_Q_OVERFLOW, "Q_OVERFLOW"},
                                                {IN_IGNORED, "IGNORED"},
                                                {IN_ISDIR, "ISDIR"},
                                                {0, NULL}};
    static uint32_t cookies[64];
    static int known;
    static char bytes[16384];
    ssize_t length = read(fd, bytes, sizeof bytes);

    printf("events:\n");
    for (char *at = bytes; length > 0 && at < bytes + length;) {
        struct inotify_event event;
        int cookie = 0;

        memcpy(&event, at, sizeof event);
        printf("  watch %d", event.wd);
        for (const struct named_number *name = names; name->name; name++)
            if (event.mask & (uint32_t)name->number)
                printf(" %s", name->name);
        if (event.cookie) {
            while (cookie < known && cookies[cookie] != event.cookie)
                cookie++;
            if (cookie == known && known < 64)
                cookies[known++] = event.cookie;
            printf(" move %d", cookie);
        }
        if (event.len)
            printf(" \"%s\"", at + sizeof event);
        printf("\n");
        at += sizeof event + event.len;
    }
}
