/* SPDX-License-Identifier: MIT */
/* sys_reboot_errors.c - reboot refuses wrong magic numbers and the unprivileged. */
#include "tests/diff/diff.h"

static int body(void *unused)
{
    (void)unused;
    if (geteuid() == 0)
        NEED(setgid(65534) == 0 && setuid(65534) == 0);
    SHOW(syscall(SYS_reboot, 0xfee1dead, 672274793, 0, 0));
    SHOW(syscall(SYS_reboot, 1, 2, 0, 0));
    return 0;
}

int main(void)
{
    run_child("nobody", body, NULL);
    return 0;
}
