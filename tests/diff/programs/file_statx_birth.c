/* SPDX-License-Identifier: MIT */
/* file_statx_birth.c - statx tells when a file was made, and that does not change. */
#include "tests/diff/diff.h"
#include <linux/stat.h>

int main(void)
{
    struct statx a, b;

    make_text("file", "1");
    NEED(syscall(SYS_statx, AT_FDCWD, "file", 0, STATX_BASIC_STATS | STATX_BTIME, &a) == 0);
    TELL(a.stx_mask & STATX_BTIME);
    sleep_ms(10);
    make_text("file", "22");
    NEED(syscall(SYS_statx, AT_FDCWD, "file", 0, STATX_BASIC_STATS | STATX_BTIME, &b) == 0);
    TELL(a.stx_btime.tv_sec == b.stx_btime.tv_sec && a.stx_btime.tv_nsec == b.stx_btime.tv_nsec);
    TELL(b.stx_mtime.tv_sec > b.stx_btime.tv_sec ||
         (b.stx_mtime.tv_sec == b.stx_btime.tv_sec && b.stx_mtime.tv_nsec >= b.stx_btime.tv_nsec));
    return 0;
}
