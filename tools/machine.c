/* SPDX-License-Identifier: MIT */
/*
 * machine.c - one QEMU process with Lorica in it.
 *
 * Descriptors are handed down by inheritance: the boot archive (a file in memory, opened by QEMU
 * through /proc/self/fd), and one end of a socket pair each for the channel and for the serial
 * console. Nothing of a run has a name in the file system.
 *
 * QEMU gets a session of its own, so that Ctrl-C at the terminal reaches the tool only, and dies
 * with the tool (PR_SET_PDEATHSIG) even if that is killed.
 */
#define _GNU_SOURCE
#include "tools/machine.h"
#include "tools/process.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static struct machine *machine_running; /* killed at exit */

const char *machine_program(void)
{
    const char *set = getenv("LORICA_QEMU");

    return set && *set ? set : "qemu-system-x86_64";
}

static void machine_add(struct text_list *list, const char *option, char *value)
{
    text_list_add(list, text_copy(option));
    if (value)
        text_list_add(list, value);
}

static void machine_add_accel(struct text_list *list, const struct machine_wish *wish)
{
    switch (wish->accel) {
    case ACCEL_KVM:
        machine_add(list, "-accel", text_copy("kvm"));
        break;
    case ACCEL_TCG:
        machine_add(list, "-accel",
                    text_copy(wish->cpus > 1 ? "tcg,thread=multi" : "tcg,thread=single"));
        break;
    case ACCEL_ICOUNT: /* one instruction is one nanosecond: counts are the same in every run */
        machine_add(list, "-accel", text_copy("tcg,thread=single"));
        machine_add(list, "-icount", text_copy("shift=0,sleep=off"));
        machine_add(list, "-seed", text_copy("1"));
        machine_add(list, "-rtc", text_copy("base=2026-01-01T00:00:00,clock=vm"));
        break;
    }
}

/* The disk, and the IOMMU that lets an unprivileged driver have it: QEMU wants that before all other devices. */
static void machine_add_disk(struct text_list *list, const char *path)
{
    struct buffer drive = {0};

    buffer_format(&drive, "if=none,id=disk,format=raw,file=");
    for (; *path; path++)
        buffer_format(&drive, *path == ',' ? ",," : "%c", *path);
    machine_add(list, "-device", text_copy("intel-iommu,intremap=on"));
    machine_add(list, "-drive", drive.bytes);
    machine_add(list, "-device", text_copy("nvme,drive=disk,serial=lorica"));
}

struct text_list machine_command(const struct machine_wish *wish, int archive, int channel,
                                 int serial)
{
    struct text_list list = {0};

    machine_add(&list, machine_program(), NULL);
    machine_add(&list, "-M", text_copy("q35"));
    machine_add(&list, "-nodefaults", NULL);
    machine_add(&list, "-no-user-config", NULL);
    machine_add(&list, "-no-reboot", NULL);
    machine_add(&list, "-display", text_copy("none"));
    machine_add(&list, "-monitor", text_copy("none"));
    machine_add(&list, "-cpu", text_copy(wish->cpu));
    machine_add(&list, "-smp", text_format("%u", wish->cpus));
    machine_add(&list, "-m", text_format("%u", wish->memory_mib));
    machine_add_accel(&list, wish);
    if (wish->disk)
        machine_add_disk(&list, wish->disk);
    machine_add(&list, "-device", text_copy("isa-debug-exit,iobase=0xf4,iosize=4"));
    machine_add(&list, "-chardev", text_format("socket,id=log,fd=%d", serial));
    machine_add(&list, "-serial", text_copy("chardev:log"));
    if (wish->with_channel) {
        machine_add(&list, "-chardev", text_format("socket,id=ch,fd=%d", channel));
        machine_add(&list, "-device", text_copy("virtio-serial-pci,disable-legacy=on,max_ports=1"));
        machine_add(&list, "-device", text_copy("virtconsole,chardev=ch"));
    }
    for (size_t i = 0; i < wish->net.count; i++)
        machine_add(&list, wish->net.item[i], NULL);
    if (wish->gdb_path) {
        machine_add(&list, "-chardev",
                    text_format("socket,id=gdb,path=%s,server=on,wait=off", wish->gdb_path));
        machine_add(&list, "-gdb", text_copy("chardev:gdb"));
        machine_add(&list, "-S", NULL);
    }
    machine_add(&list, "-kernel", text_copy(wish->kernel));
    machine_add(&list, "-initrd", text_format("/proc/self/fd/%d", archive));
    machine_add(&list, "-append", text_copy(wish->append));
    text_list_add(&list, NULL);
    return list;
}

static void machine_pair(int pair[2])
{
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
        fail(STATUS_FAILED, "cannot make a socket pair: %s", strerror(errno));
}

static void machine_at_exit(void)
{
    if (machine_running)
        machine_kill(machine_running);
}

/* In the child: keep only what QEMU is meant to have, and become it. */
_Noreturn static void machine_child(char *const argv[], pid_t parent, int out, const int keep[3])
{
    sigset_t none;
    int null = open("/dev/null", O_RDWR);

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(127);
    setsid();
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    if (null < 0 || dup2(null, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0)
        _exit(127);
    for (int i = 0; i < 3; i++)
        if (keep[i] >= 0)
            fcntl(keep[i], F_SETFD, 0);
    execvp(argv[0], argv);
    dprintf(2, "cannot start %s: %s\n", argv[0], strerror(errno));
    _exit(127);
}

void machine_start(struct machine *machine, const struct machine_wish *wish, int archive)
{
    int channel[2] = {-1, -1}, serial[2], complaints[2], keep[3];
    struct text_list command;
    pid_t parent = getpid();

    machine_pair(serial);
    if (wish->with_channel)
        machine_pair(channel);
    if (pipe2(complaints, O_CLOEXEC) < 0)
        fail(STATUS_FAILED, "cannot make a pipe: %s", strerror(errno));
    keep[0] = archive;
    keep[1] = channel[1];
    keep[2] = serial[1];
    command = machine_command(wish, archive, channel[1], serial[1]);
    machine->pid = fork();
    if (machine->pid < 0)
        fail(STATUS_FAILED, "cannot start QEMU: %s", strerror(errno));
    if (machine->pid == 0)
        machine_child(command.item, parent, complaints[1], keep);
    machine_running = machine;
    atexit(machine_at_exit);
    close(serial[1]);
    close(complaints[1]);
    if (channel[1] >= 0)
        close(channel[1]);
    machine->channel = channel[0];
    machine->serial = serial[0];
    machine->complaints = complaints[0];
    for (int i = 0; i < 3; i++) {
        int fd = i == 0 ? channel[0] : i == 1 ? serial[0] : complaints[0];

        if (fd >= 0)
            fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    }
}

static int machine_reap(struct machine *machine, int options)
{
    pid_t got;

    do
        got = waitpid(machine->pid, &machine->wait_status, options);
    while (got < 0 && errno == EINTR);
    if (got == 0)
        return 0;
    machine->pid = 0;
    return 1;
}

int machine_wait(struct machine *machine, unsigned ms)
{
    uint64_t end = process_now_ms() + ms;

    while (machine->pid && !machine_reap(machine, WNOHANG)) {
        if (process_now_ms() >= end)
            return 0;
        usleep(2000);
    }
    return 1;
}

void machine_kill(struct machine *machine)
{
    if (machine->pid > 0) {
        kill(machine->pid, SIGKILL);
        machine_reap(machine, 0);
    }
}
