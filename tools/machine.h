/* SPDX-License-Identifier: MIT */
/*
 * machine.h - one QEMU process with Lorica in it.
 */
#pragma once
#include <sys/types.h>
#include "tools/text.h"

#define MACHINE_MEMORY_DEFAULT 512u /* MiB */
#define MACHINE_MEMORY_MIN     64u
#define MACHINE_CPUS_MAX       64u
#define MACHINE_PANIC_STATUS   171 /* what QEMU ends with when the kernel panicked: 0x55 << 1 | 1 */

enum machine_accel {
    ACCEL_TCG,
    ACCEL_KVM,
    ACCEL_ICOUNT
};

struct machine_wish {
    const char *kernel;
    const char *append; /* kernel command line */
    const char *cpu;    /* QEMU's CPU model */
    unsigned cpus, memory_mib;
    enum machine_accel accel;
    const char *gdb_path; /* socket for a debugger, the machine starts stopped; NULL: none */
    struct text_list net; /* options for the network card; empty: none */
    const char *disk;     /* contents of an NVMe disk; NULL: none, and no IOMMU */
    int with_channel;     /* 0: serial console only */
};

struct machine {
    pid_t pid;       /* 0: none */
    int channel;     /* our end of the virtio console, non-blocking; -1: none */
    int serial;      /* our end of COM1 */
    int complaints;  /* QEMU's standard output and error */
    int wait_status; /* as from waitpid, when pid is 0 again */
};

/* The QEMU command for a wish, with numbers of descriptors (0: not yet open) in it. Gives. */
struct text_list machine_command(const struct machine_wish *wish, int archive, int channel,
                                 int serial);

/*
 * machine_start - start QEMU.
 *
 * archive  open file with the boot archive; borrowed
 *
 * The process is killed when the tool ends, however it ends. Failures end the process (125).
 */
void machine_start(struct machine *machine, const struct machine_wish *wish, int archive);

/* Wait at most that long for QEMU to end by itself. Returns 1 when it has ended. */
int machine_wait(struct machine *machine, unsigned ms);

/* Kill QEMU if it still runs, and reap it. */
void machine_kill(struct machine *machine);

/* Path of the QEMU program: LORICA_QEMU or the one in PATH. */
const char *machine_program(void);
