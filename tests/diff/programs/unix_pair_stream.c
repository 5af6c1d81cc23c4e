/* SPDX-License-Identifier: MIT */
/* unix_pair_stream.c - bytes in both directions over a socket pair; stat, flags, seek. */
#include "tests/diff/socket.h"

int main(void)
{
    int pair[2];
    char buffer[64] = "";
    struct stat status;

    SHOW(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
    SHOW(write(pair[0], "hello", 5));
    SHOW(write(pair[0], " world", 6));
    SHOW(read(pair[1], buffer, 3));
    SHOW(read(pair[1], buffer + 3, 60));
    printf("%s\n", buffer);
    SHOW(write(pair[1], "back", 4));
    SHOW(recv(pair[0], buffer, 64, 0));
    printf("%.4s\n", buffer);
    SHOW(fstat(pair[0], &status));
    printf("mode %o size %ld links %ld\n", (unsigned)status.st_mode, (long)status.st_size,
           (long)status.st_nlink);
    SHOW(fcntl(pair[0], F_GETFL) & ~0100000);
    SHOW(lseek(pair[0], 0, SEEK_SET));
    SHOW(pread(pair[0], buffer, 4, 0));
    SHOW(pwrite(pair[0], buffer, 4, 0));
    SHOW(ftruncate(pair[0], 0));
    SHOW_MAP(mmap(NULL, 4096, PROT_READ, MAP_SHARED, pair[0], 0) == MAP_FAILED ? NULL : NULL);
    SHOW(read(pair[0], buffer, 0));
    SHOW(write(pair[0], buffer, 0));
    SHOW(write(pair[0], BAD_POINTER, 4));
    SHOW(write(pair[0], "abcd", 4));
    SHOW(read(pair[1], BAD_POINTER, 4));
    SHOW(read(pair[1], buffer, 4));
    return 0;
}
