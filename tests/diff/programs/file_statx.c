/* SPDX-License-Identifier: MIT */
/* file_statx.c - the statx call. */
#include "tests/diff/diff.h"

struct statx_result {
    uint32_t mask, block_size;
    uint64_t attributes;
    uint32_t links, uid, gid;
    uint16_t mode, spare;
    uint64_t inode, size, blocks, attributes_mask;
    uint64_t rest[24];
};

int main(void)
{
    struct statx_result file = {0};
    struct stat same;

    make_text("file", "1234567");
    SHOW(syscall(SYS_statx, AT_FDCWD, "file", 0, 0x7ff, &file));
    TELL((file.mask & 0x7ff) == 0x7ff);
    printf("mode %06o, size %lu, links %u, uid %u\n", file.mode, file.size, file.links, file.uid);
    NEED(stat("file", &same) == 0);
    TELL(same.st_ino == file.inode);
    SHOW(syscall(SYS_statx, AT_FDCWD, "missing", 0, 0x7ff, &file));
    SHOW(syscall(SYS_statx, AT_FDCWD, "file", 0, 0x80000000u, &file));
    SHOW(syscall(SYS_statx, AT_FDCWD, "file", 0x10, 0x7ff, &file));
    SHOW(syscall(SYS_statx, AT_FDCWD, "file", 0, 0x7ff, BAD_POINTER));
    SHOW(syscall(SYS_statx, 0, "", AT_EMPTY_PATH, 0x7ff, &file));
    return 0;
}
