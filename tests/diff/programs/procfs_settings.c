/* SPDX-License-Identifier: MIT */
/* procfs_settings.c - what the machine says of itself in /proc/sys and /sys. */
#include "tests/diff/diff.h"

int main(void)
{
    say_file("/proc/sys/kernel/yama/ptrace_scope");
    say_file("/proc/sys/vm/overcommit_memory");
    say_file("/proc/sys/fs/inotify/max_user_instances");
    say_file("/proc/sys/fs/mqueue/msg_max");
    say_file("/proc/sys/fs/aio-max-nr");
    say_file("/sys/kernel/mm/transparent_hugepage/enabled");
    say_file("/sys/devices/system/node/online");
    say_file("/sys/devices/system/cpu/cpu0/topology/core_id");
    say_file("/proc/modules");
    return 0;
}
