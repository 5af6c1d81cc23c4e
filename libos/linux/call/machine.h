/* SPDX-License-Identifier: MIT */
/* machine.h - what uname and /proc/version say about the system. */
#pragma once

#define MACHINE_RELEASE                                                                            \
    "6.1.0-lorica" /* what of Linux programs may expect; they compare the numbers */
#define MACHINE_VERSION    "#1 SMP Lorica exokernel, Linux library OS"
#define MACHINE_NAME_BYTES 65

/* machine_host_name - as sethostname left it; valid for ever. */
const char *machine_host_name(void);
