/* SPDX-License-Identifier: MIT */
/* fd_fcntl_getfl.c - the status flags of an open file. */
#include "tests/diff/diff.h"

static void say_flags(const char *what, int fd)
{
    int flags = fcntl(fd, F_GETFL);

    printf("%s: access %d%s%s%s%s\n", what, flags & O_ACCMODE, flags & O_APPEND ? " APPEND" : "",
           flags & O_NONBLOCK ? " NONBLOCK" : "",
           flags & (O_CREAT | O_EXCL | O_TRUNC) ? " CREATION" : "",
           flags & O_CLOEXEC ? " CLOEXEC" : "");
}

int main(void)
{
    int fd = open("file", O_WRONLY | O_CREAT | O_EXCL | O_TRUNC | O_APPEND | O_CLOEXEC, 0644);

    say_flags("opened", fd);
    SHOW(fcntl(fd, F_SETFL, O_NONBLOCK | O_RDWR | O_CREAT));
    say_flags("changed", fd);
    SHOW(fcntl(fd, F_SETFL, 0));
    say_flags("cleared", fd);
    say_flags("directory", open(".", O_RDONLY | O_DIRECTORY));
    say_flags("read and write", open("file", O_RDWR | O_NONBLOCK));
    TELL(fcntl(open("file", O_PATH), F_GETFL) & O_PATH);
    SHOW(fcntl(99, F_GETFL));
    SHOW(fcntl(fd, 9999));
    SHOW(fcntl(open("file", O_PATH), F_SETFL, 0));
    return 0;
}
