/* SPDX-License-Identifier: MIT */
/* file_openat2.c - openat2 as openat, and the checks of its struct. */
#include "tests/diff/diff.h"
#include <linux/openat2.h>

static long open2(const char *path, struct open_how how, size_t size)
{
    return syscall(SYS_openat2, AT_FDCWD, path, &how, size);
}

int main(void)
{
    struct {
        struct open_how how;
        char more[8];
    } longer = {.how = {.flags = O_RDONLY}};

    make_text("file", "hello");
    SHOW_OK(open2("file", (struct open_how){.flags = O_RDONLY}, sizeof(struct open_how)));
    SHOW_OK(open2("new", (struct open_how){.flags = O_RDWR | O_CREAT, .mode = 0600},
                  sizeof(struct open_how)));
    SHOW(
        open2("file", (struct open_how){.flags = O_RDONLY, .mode = 0600}, sizeof(struct open_how)));
    SHOW(open2("x", (struct open_how){.flags = O_RDWR | O_CREAT, .mode = 010600},
               sizeof(struct open_how)));
    SHOW(open2("file", (struct open_how){.flags = 1ul << 40}, sizeof(struct open_how)));
    SHOW(open2("file", (struct open_how){.flags = O_PATH | O_RDWR}, sizeof(struct open_how)));
    SHOW(open2("file", (struct open_how){.resolve = 1ul << 40}, sizeof(struct open_how)));
    SHOW(open2("file", (struct open_how){.resolve = RESOLVE_BENEATH | RESOLVE_IN_ROOT},
               sizeof(struct open_how)));
    SHOW(open2("file", (struct open_how){.flags = O_RDONLY}, 8));
    SHOW(syscall(SYS_openat2, AT_FDCWD, "file", BAD_POINTER, sizeof(struct open_how)));
    SHOW_OK(syscall(SYS_openat2, AT_FDCWD, "file", &longer, sizeof longer));
    longer.more[3] = 1;
    SHOW(syscall(SYS_openat2, AT_FDCWD, "file", &longer, sizeof longer));
    SHOW(syscall(SYS_openat2, AT_FDCWD, "file", &longer, 5000));
    SHOW(open2("missing", (struct open_how){.flags = O_RDONLY}, sizeof(struct open_how)));
    return 0;
}
