/* SPDX-License-Identifier: MIT */
/* sig_hostile_frame.c - a handler that damages its own frame hurts nobody but its process. */
#include "tests/diff/diff.h"

enum damage {
    NOTHING,
    RIP_NOT_CANONICAL,
    RIP_UNMAPPED,
    STATE_NULL,
    STATE_ODD,
    STATE_UNMAPPED,
    STATE_FAR,
    STATE_LIBOS,
    HEADER_COMPONENTS,
    HEADER_RESERVED,
    HEADER_COMPACT,
    MXCSR_RESERVED,
    MAGIC1,
    MAGIC2,
    SIZE_HUGE,
    FLAGS_ALL,
    DAMAGES
};

static enum damage damage;

static void damage_state(uint8_t *state)
{
    uint32_t size;

    memcpy(&size, state + 464 + 16, 4);
    switch (damage) {
    case HEADER_COMPONENTS:
        memset(state + 512, 0xff, 8);
        break;
    case HEADER_RESERVED:
        state[512 + 24] = 1;
        break;
    case HEADER_COMPACT:
        state[512 + 15] = 0x80;
        break;
    case MXCSR_RESERVED:
        memset(state + 24, 0xff, 4);
        break;
    case MAGIC1:
        state[464] ^= 1;
        break;
    case MAGIC2:
        state[size] ^= 1;
        break;
    case SIZE_HUGE:
        memset(state + 464 + 16, 0x7f, 4);
        break;
    default:
        break;
    }
}

static void handler(int number, siginfo_t *info, void *context)
{
    mcontext_t *machine = &((ucontext_t *)context)->uc_mcontext;
    uint64_t *state = (uint64_t *)&machine->fpregs;

    (void)number;
    (void)info;
    damage_state((uint8_t *)machine->fpregs);
    switch (damage) {
    case RIP_NOT_CANONICAL:
        machine->gregs[REG_RIP] = 1ll << 62;
        break;
    case RIP_UNMAPPED:
        machine->gregs[REG_RIP] = 0x1000;
        break;
    case STATE_NULL:
        *state = 0;
        break;
    case STATE_ODD:
        *state += 8;
        break;
    case STATE_UNMAPPED:
        *state = 0x10000;
        break;
    case STATE_FAR:
        *state = 0xffff800000000000;
        break;
    case STATE_LIBOS:
        *state = 0x600000000000;
        break;
    case FLAGS_ALL:
        machine->gregs[REG_EFL] |= ~0x100ll & ~0x40000ll;
        break;
    default:
        break;
    }
}

static int body(void *unused)
{
    (void)unused;
    handle_signal(SIGUSR1, handler, 0);
    raise(SIGUSR1);
    return 0;
}

static int bare(void *stack)
{
    __asm__ volatile("mov %0, %%rsp; mov $15, %%eax; syscall" : : "r"(stack) : "rax", "memory");
    return 1;
}

int main(void)
{
    static uint64_t zeros[512] __attribute__((aligned(64)));
    static uint64_t ones[512];

    for (damage = NOTHING; damage < DAMAGES; damage++) {
        printf("damage %d: ", damage);
        run_child("child", body, NULL);
    }
    run_child("rt_sigreturn on nothing", bare, (void *)0x10);
    run_child("rt_sigreturn far away", bare, (void *)0xffff800000000000);
    run_child("rt_sigreturn on zeros", bare, zeros + 64);
    memset(ones, 0xff, sizeof ones);
    run_child("rt_sigreturn on ones", bare, ones + 64);
    return 0;
}
