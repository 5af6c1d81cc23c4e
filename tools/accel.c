/* SPDX-License-Identifier: MIT */
/*
 * accel.c - whether this machine can run Lorica with hardware virtualisation.
 *
 * /dev/kvm that opens proves nothing: on some hosts it is emulated, or dies in the first ring
 * transition. So a probe kernel (tools/probe) enters long mode, goes to ring 3 and back a few
 * hundred times, and says so.
 */
#define _GNU_SOURCE
#include "tools/accel.h"
#include "tools/machine.h"
#include "tools/process.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define ACCEL_PROBE_MS     2000u
#define ACCEL_PROBE_STATUS 99 /* 0x31 << 1 | 1: what the probe writes to the exit device */

static char *accel_probe(void)
{
    char *argv[] = {text_copy(machine_program()),
                    "-M",
                    "q35",
                    "-nodefaults",
                    "-no-user-config",
                    "-no-reboot",
                    "-display",
                    "none",
                    "-monitor",
                    "none",
                    "-m",
                    "64",
                    "-cpu",
                    "max",
                    "-accel",
                    "kvm",
                    "-device",
                    "isa-debug-exit,iobase=0xf4,iosize=4",
                    "-kernel",
                    process_home_file("build/tools/probe.elf"),
                    NULL};
    struct machine machine = {0};
    pid_t parent = getpid();

    machine.pid = fork();
    if (machine.pid == 0) {
        int null = open("/dev/null", O_RDWR);

        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent || null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 ||
            dup2(null, 2) < 0)
            _exit(127);
        setsid();
        execvp(argv[0], argv);
        _exit(127);
    }
    if (machine.pid < 0)
        return text_format("no: cannot start the probe: %s", strerror(errno));
    if (!machine_wait(&machine, ACCEL_PROBE_MS)) {
        machine_kill(&machine);
        return text_copy("no: the probe kernel did not finish within 2 s");
    }
    if (WIFEXITED(machine.wait_status) && WEXITSTATUS(machine.wait_status) == ACCEL_PROBE_STATUS)
        return text_copy("yes: the probe kernel boots");
    if (WIFSIGNALED(machine.wait_status))
        return text_format("no: QEMU died of signal %d in the probe",
                           WTERMSIG(machine.wait_status));
    return text_format("no: the probe ended with status %d", WEXITSTATUS(machine.wait_status));
}

/* "BOOT-ID yes: ..." as kept in the cache; the answer part, or NULL when it is not from this boot.
 */
static char *accel_cached(const char *path, const char *boot)
{
    struct buffer text = {0};
    char *answer = NULL;

    if (!process_read_file(path, &text) && text_starts(text.bytes, boot) &&
        text.bytes[strlen(boot)] == ' ') {
        answer = text_copy(text.bytes + strlen(boot) + 1);
        answer[strcspn(answer, "\n")] = 0;
    }
    buffer_free(&text);
    return answer;
}

static void accel_keep(const char *path, const char *boot, const char *answer)
{
    char *temporary = text_format("%s.%d", path, (int)getpid());
    FILE *file = fopen(temporary, "we");

    if (!file)
        return; /* only costs the next run a probe */
    fprintf(file, "%s %s\n", boot, answer);
    if (fclose(file) || rename(temporary, path))
        unlink(temporary);
}

int accel_kvm_works(int explain)
{
    struct buffer boot = {0};
    char *path, *answer;

    if (access("/dev/kvm", R_OK | W_OK)) {
        if (explain)
            say("KVM: no: /dev/kvm: %s; using TCG", strerror(errno));
        return 0;
    }
    path = text_format("%s/accel", process_cache());
    if (process_read_file("/proc/sys/kernel/random/boot_id", &boot))
        buffer_add(&boot, "unknown", 7);
    boot.bytes[strcspn(boot.bytes, "\n")] = 0;
    answer = accel_cached(path, boot.bytes);
    if (!answer) {
        answer = accel_probe();
        accel_keep(path, boot.bytes, answer);
    }
    if (explain)
        say("KVM: %s; using %s", answer, text_starts(answer, "yes") ? "KVM" : "TCG");
    return text_starts(answer, "yes");
}
