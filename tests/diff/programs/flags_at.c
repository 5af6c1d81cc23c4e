/* SPDX-License-Identifier: MIT */
/* flags_at.c - every AT_ flag, alone, for every call that has such an argument: taken, or refused as Linux does. */
#include "tests/diff/diff.h"

static const int flag[] = {0, 0x100, 0x200, 0x400, 0x800, 0x1000, 0x2000, 0x4000, 0x8000};
static const struct timespec stamps[2] = {{.tv_sec = 1000}, {.tv_sec = 2000}};

static void say(const char *call, int bit, long result)
{
    printf("%s %#x: %s\n", call, bit, result < 0 ? error_name(errno) : "ok");
}

int main(void)
{
    char *argv[] = {"none", NULL};
    char room[256];

    close(open("file", O_CREAT | O_WRONLY, 0644));
    symlink("file", "link");
    for (size_t i = 0; i < sizeof flag / sizeof *flag; i++) {
        int bit = flag[i];

        say("newfstatat", bit, syscall(SYS_newfstatat, AT_FDCWD, "link", room, bit));
        say("faccessat2 R", bit, syscall(SYS_faccessat2, AT_FDCWD, "link", R_OK, bit));
        say("faccessat2 W", bit, syscall(SYS_faccessat2, AT_FDCWD, "link", W_OK, bit));
        say("faccessat2 X", bit, syscall(SYS_faccessat2, AT_FDCWD, ".", X_OK, bit));
        say("fchownat", bit, syscall(SYS_fchownat, AT_FDCWD, "link", -1, -1, bit));
        say("linkat", bit, syscall(SYS_linkat, AT_FDCWD, "file", AT_FDCWD, "second", bit));
        unlink("second");
        mkdir("directory", 0755);
        say("unlinkat", bit, syscall(SYS_unlinkat, AT_FDCWD, "directory", bit));
        say("utimensat", bit, syscall(SYS_utimensat, AT_FDCWD, "link", stamps, bit));
        say("execveat", bit, syscall(SYS_execveat, AT_FDCWD, "none", argv, argv + 1, bit));
        say("statx", bit, syscall(SYS_statx, AT_FDCWD, "link", bit, 0, room));
    }
    SHOW(syscall(SYS_faccessat, AT_FDCWD, "file", W_OK));
    SHOW(syscall(SYS_faccessat, AT_FDCWD, ".", X_OK));
    for (int bit = 0; bit < 16; bit++)
        say("statx mask", 1 << bit, syscall(SYS_statx, AT_FDCWD, "file", 0, 1 << bit, room));
    say("statx both syncs", 0x6000, syscall(SYS_statx, AT_FDCWD, "file", 0x6000, 1, room));
    say("statx reserved mask", 0, syscall(SYS_statx, AT_FDCWD, "file", 0, 1u << 31, room));
    return 0;
}
