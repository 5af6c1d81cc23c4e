/* SPDX-License-Identifier: MIT */
/* unix_bind_path.c - names in the tree: kind, mode, umask, unlink, taken ones. */
#include "tests/diff/socket.h"

int main(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    int other = socket(AF_UNIX, SOCK_STREAM, 0);
    struct stat status;
    struct sockaddr_un name;
    socklen_t length = sizeof name;

    umask(027);
    SHOW(unix_bind(fd, "name"));
    SHOW(lstat("name", &status));
    printf("mode %o size %ld\n", (unsigned)status.st_mode, (long)status.st_size);
    SHOW(getsockname(fd, (struct sockaddr *)&name, &length));
    say_unix_address("name", &name, length);
    SHOW(unix_bind(other, "name"));
    SHOW(unix_bind(other, "./name"));
    SHOW(unix_bind(fd, "second"));
    SHOW(unix_bind(other, "none/name"));
    NEED(close(open("file", O_CREAT | O_WRONLY, 0644)) == 0);
    SHOW(unix_bind(other, "file"));
    SHOW(unix_bind(other, "file/name"));
    SHOW(unix_bind(other, "."));
    SHOW(unix_bind(other, "/"));
    SHOW(open("name", O_RDWR));
    SHOW_OK(open("name", O_PATH));
    SHOW(truncate("name", 0));
    SHOW(unlink("name"));
    SHOW(unix_bind(other, "name"));
    close(fd);
    close(other);
    SHOW(lstat("name", &status)); /* stays */
    fd = socket(AF_UNIX, SOCK_STREAM, 0);
    SHOW(unix_bind(fd, "name"));
    SHOW(unix_connect(fd, "name"));
    SHOW(unix_connect(fd, "file"));
    SHOW(unix_connect(fd, "absent"));
    SHOW(unix_connect(fd, "file/x"));
    NEED(mknod("made", S_IFSOCK | 0644, 0) == 0);
    SHOW(unix_connect(fd, "made"));
    SHOW(rename("name", "moved"));
    SHOW(listen(fd, 1));
    fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    SHOW(unix_bind(fd, "moved"));
    SHOW(unix_bind(fd, "dgram"));
    SHOW(symlink("dgram", "link"));
    SHOW(unix_connect(fd, "link"));
    return 0;
}
