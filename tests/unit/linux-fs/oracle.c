/* SPDX-License-Identifier: MIT */
/* oracle.c - operations of the comparison test on a directory of the host. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int top = -1; /* what is below belongs to the test */
static char place[64];

bool oracle_start(void);
int64_t oracle_do(const char *operation, const char *a, const char *b, long x, long y);
int64_t oracle_read(int fd, void *buffer, size_t bytes);
int64_t oracle_write(int fd, const void *buffer, size_t bytes);
int64_t oracle_stat(const char *path, bool follow, uint64_t out[4]);
void oracle_end(void);

/* A file system in memory, as ours is: others differ in details. */
bool oracle_start(void)
{
    strcpy(place, "/dev/shm/lorica-fs-XXXXXX");
    if (!mkdtemp(place))
        return false;
    umask(022);
    top = open(place, O_RDONLY | O_DIRECTORY);
    if (top < 0 || fchmod(top, 0755) || fchdir(top))
        return false;
    for (int depth = 0; depth < 4; depth++) /* links let the operations climb */
        if (mkdir("deep", 0755) || chdir("deep"))
            return false;
    return true;
}

void oracle_end(void)
{
    char command[100];
    snprintf(command, sizeof command, "rm -rf %s", place);
    if (chdir("/") || system(command))
        fprintf(stderr, "%s stays behind\n", place);
}

static int64_t result(long value)
{
    return value < 0 ? -errno : value;
}

int64_t oracle_do(const char *operation, const char *a, const char *b, long x, long y)
{
    if (!strcmp(operation, "open"))
        return result(open(a, (int)x, (mode_t)y));
    if (!strcmp(operation, "close"))
        return result(close((int)x));
    if (!strcmp(operation, "mkdir"))
        return result(mkdir(a, (mode_t)x));
    if (!strcmp(operation, "rmdir"))
        return result(rmdir(a));
    if (!strcmp(operation, "unlink"))
        return result(unlink(a));
    if (!strcmp(operation, "rename"))
        return result(syscall(SYS_renameat2, AT_FDCWD, a, AT_FDCWD, b, (unsigned)x));
    if (!strcmp(operation, "link"))
        return result(linkat(AT_FDCWD, a, AT_FDCWD, b, (int)x));
    if (!strcmp(operation, "symlink"))
        return result(symlink(a, b));
    if (!strcmp(operation, "truncate"))
        return result(truncate(a, x));
    if (!strcmp(operation, "chmod"))
        return result(chmod(a, (mode_t)x));
    if (!strcmp(operation, "access"))
        return result(access(a, (int)x));
    if (!strcmp(operation, "lseek"))
        return result(lseek((int)x, y, SEEK_SET));
    return -ENOSYS;
}

int64_t oracle_read(int fd, void *buffer, size_t bytes)
{
    return result(read(fd, buffer, bytes));
}

int64_t oracle_write(int fd, const void *buffer, size_t bytes)
{
    return result(write(fd, buffer, bytes));
}

int64_t oracle_stat(const char *path, bool follow, uint64_t out[4])
{
    struct stat st;
    int error = follow ? stat(path, &st) : lstat(path, &st);

    if (error)
        return -errno;
    out[0] = st.st_mode;
    out[1] = S_ISDIR(st.st_mode) ? 0 : st.st_nlink;
    out[2] = S_ISDIR(st.st_mode) ? 0 : (uint64_t)st.st_size;
    out[3] = 0;
    return 0;
}
