/* SPDX-License-Identifier: MIT */
/* transfer.c - boot tests of protected control transfer. */
#include "exo_numbers.h"
#include "lib/exo/transfer.h"
#include "tests/boot/boot.h"

static volatile uint64_t served, last_caller;
static volatile bool kill_wanted;
static volatile enum {
    SERVE_PLAIN,
    SERVE_STATE,  /* looks at extended state and changes it */
    SERVE_YIELD,  /* lets others run, without touching it */
    SERVE_REFUSE, /* waits for the next call instead of answering */
    SERVE_NEXT,   /* calls `next` itself */
} serve;
static volatile uint64_t next;
static volatile uint64_t seen_low, seen_mxcsr, seen_base;

static inline uint64_t vector_get(void)
{
    uint64_t low;

    __asm__ volatile("movq %%xmm9, %0" : "=r"(low));
    return low;
}

static inline void vector_set(uint64_t low)
{
    __asm__ volatile("movq %0, %%xmm9" : : "r"(low));
}

/* All callees of these tests: replies with each word plus 100, or stays away. */
void exo_transfer_serve(uint64_t caller, struct exo_message *message)
{
    uint32_t mxcsr;

    last_caller = caller;
    served++;
    while (kill_wanted)
        (void)exo_yield();
    if (serve == SERVE_STATE) {
        __asm__ volatile("stmxcsr %0\n\trdfsbase %1" : "=m"(mxcsr), "=r"(seen_base));
        seen_low = vector_get();
        seen_mxcsr = mxcsr;
        vector_set(0xca11ee);
        mxcsr = 0x1f80 | 0x2000;
        __asm__ volatile("ldmxcsr %0\n\twrfsbase %1" : : "m"(mxcsr), "r"(0xca11eeul));
    }
    for (int i = 0; serve == SERVE_YIELD && i < 20; i++)
        (void)exo_yield();
    if (serve == SERVE_REFUSE)
        (void)exo_transfer_wait();
    if (serve == SERVE_NEXT && next) {
        uint64_t to = next;

        next = 0;
        serve = SERVE_STATE;
        (void)exo_transfer_call(CAP_ROOT, to, message);
    }
    for (int i = 0; i < 8; i++)
        message->word[i] += 100;
}

static void callee_body(struct child *child)
{
    child->step = 1;
    (void)exo_transfer_wait();
    child->step = 99; /* not reached: the next entry is the transfer entry */
}

static struct child *callee_make(uint64_t flags)
{
    struct child *child = child_make(
        callee_body, &(struct child_options){.slot = CAP_ROOT,
                                             .transfer_entry = (uint64_t)exo_transfer_entry,
                                             .flags = flags});

    return child;
}

static void test_call(void)
{
    struct child *child = callee_make(0);
    struct exo_message message;
    bool right = true;

    expect(exo_transfer_call(CAP_ROOT, child->env, &message), -EXO_E_BUSY,
           "call an env that does not wait");
    expect(exo_transfer_send(CAP_ROOT, child->env, &message), -EXO_E_BUSY,
           "send to an env that does not wait");
    child_run(child, 0);
    check(wait_for(&child->step, 1, 1000), "the callee waits");
    expect(exo_transfer_call(SLOT_EMPTY, child->env, &message), -EXO_E_CAP,
           "call without capability");
    expect(exo_transfer_call(SLOT_CHILD, child->env, &message), -EXO_E_CAP,
           "call what is not dominated");
    expect(exo_transfer_call(CAP_ROOT, 4711, &message), -EXO_E_NONE, "call no env");
    served = 0;
    for (uint64_t round = 0; round < 100; round++) {
        for (uint64_t i = 0; i < 8; i++)
            message.word[i] = round * 10 + i;
        right &= exo_transfer_call(CAP_ROOT, child->env, &message) == 0;
        for (uint64_t i = 0; i < 8; i++)
            right &= message.word[i] == round * 10 + i + 100;
    }
    check(right, "100 calls, each with its reply");
    expect((int64_t)served, 100, "the callee served them");
    expect((int64_t)last_caller, (int64_t)machine.env, "it knew who called");
    expect((int64_t)child->upcall->transfers, 100, "the counter agrees");
    expect((int64_t)child->step, 1, "its wait did not return");
    served = 0;
    expect(exo_transfer_send(CAP_ROOT, child->env, &message), 0, "send");
    check(wait_for(&served, 1, 1000), "it arrived");
    expect(exo_transfer_send(CAP_ROOT, 4711, &message), -EXO_E_NONE, "send to no env");
    expect(exo_transfer_send(SLOT_CHILD, child->env, &message), -EXO_E_CAP, "send without right");
    expect(exo_transfer_wait(), -EXO_E_ARG, "wait without an entry");
    expect(exo_transfer_reply(&message), -EXO_E_NONE, "return without a call");
    child_free(child);
}

static void test_open(void)
{
    struct child *child = callee_make(EXO_ENV_OPEN_TRANSFER);
    struct exo_message message = {.word = {7}};

    child_run(child, 0);
    check(wait_for(&child->step, 1, 1000), "an open callee waits");
    expect(exo_transfer_call(SLOT_EMPTY, child->env, &message), 0, "anyone may call it");
    expect((int64_t)message.word[0], 107, "and gets the reply");
    child_free(child);
}

static uint64_t victim;

static void caller_body(struct child *child)
{
    struct exo_message message = {.word = {1}};

    child->step = 1;
    child->value = (uint64_t)-exo_transfer_call(CAP_ROOT, victim, &message);
    child->step = 2;
}

/* The callee dies while it serves: the caller goes on with an error. */
static void test_dying_callee(void)
{
    struct child *callee = callee_make(0);
    struct child *caller;

    child_run(callee, 0);
    check(wait_for(&callee->step, 1, 1000), "the callee waits");
    victim = callee->env;
    kill_wanted = true;
    served = 0;
    caller = child_make(caller_body, &(struct child_options){.slot = CAP_ROOT});
    child_run(caller, 0);
    check(wait_for(&served, 1, 1000), "it is called");
    expect((int64_t)caller->step, 1, "the caller waits");
    kill_wanted = false;
    child_free(callee);
    check(wait_for(&caller->step, 2, 1000), "the caller goes on");
    expect((int64_t)caller->value, EXO_E_NONE, "with an error");
    child_free(caller);
}

/* The caller dies while it is served: the callee's return goes nowhere, and it waits again. */
static void test_dying_caller(void)
{
    struct child *callee = callee_make(0);
    struct child *caller;
    struct exo_message message = {.word = {3}};

    child_run(callee, 0);
    check(wait_for(&callee->step, 1, 1000), "the callee waits");
    victim = callee->env;
    kill_wanted = true;
    served = 0;
    caller = child_make(caller_body, &(struct child_options){.slot = CAP_ROOT});
    child_run(caller, 0);
    check(wait_for(&served, 1, 1000), "it is called");
    child_free(caller);
    kill_wanted = false;
    for (int i = 0; i < 10; i++)
        (void)exo_yield();
    expect(exo_transfer_call(CAP_ROOT, callee->env, &message), 0,
           "the callee serves the next caller");
    expect((int64_t)message.word[0], 103, "as ever");
    child_free(callee);
}

/* What the caller has must be there again: a vector register, rounding, a segment base. */
static void state_expect(struct child *callee, uint64_t low, const char *what)
{
    struct exo_message message = {.word = {1}};
    uint32_t mxcsr = 0x1f80 | 0x4000, plain = 0x1f80;
    uint64_t base_before, base;
    bool right = true;

    __asm__ volatile("rdfsbase %0" : "=r"(base_before));
    for (int round = 0; round < 3; round++) {
        vector_set(0xca11e500 + (uint64_t)round);
        __asm__ volatile("ldmxcsr %0" : : "m"(mxcsr));
        right &= exo_transfer_call(CAP_ROOT, callee->env, &message) == 0;
        uint64_t back = vector_get();
        uint32_t odd;

        __asm__ volatile("stmxcsr %0\n\tldmxcsr %1" : "=m"(odd) : "m"(plain));
        __asm__ volatile("rdfsbase %0" : "=r"(base));
        right &= back == 0xca11e500 + (uint64_t)round && odd == mxcsr && base == base_before;
    }
    check(right, what);
    if (low != UINT64_MAX)
        expect((int64_t)seen_low, (int64_t)low, "the callee saw its own vector register");
}

static volatile bool noise_over;

static void noise_body(struct child *child)
{
    for (child->step = 1; !noise_over; (void)exo_yield()) {
        vector_set(0xbad);
        child->step++;
    }
}

/* Extended state, protection keys and bases belong to the env, whoever calls whom and whoever runs in between. */
static void test_state(void)
{
    struct child *first = callee_make(0);
    struct child *second = callee_make(0);
    struct child *noise = child_make(noise_body, &(struct child_options){.slot = CAP_ROOT});
    struct exo_message message = {.word = {1}};

    child_run(first, 0);
    check(wait_for(&first->step, 1, 1000), "the first callee waits");
    child_run(second, machine.page->cpu_count > 1);
    check(wait_for(&second->step, 1, 1000), "the second callee waits");
    serve = SERVE_PLAIN;
    state_expect(first, UINT64_MAX, "a callee that does not touch it leaves the caller's state alone");
    serve = SERVE_YIELD;
    noise_over = false;
    child_run(noise, machine.page->cpu_count > 1);
    state_expect(first, UINT64_MAX, "nor do others that run meanwhile");
    noise_over = true;
    serve = SERVE_STATE;
    expect(exo_transfer_call(CAP_ROOT, first->env, &message), 0, "the callee touches it");
    expect((int64_t)seen_low, 0, "it saw its own, clean");
    expect((int64_t)seen_mxcsr, 0x1f80, "and its own rounding");
    expect((int64_t)seen_base, 0, "and its own segment base");
    state_expect(first, 0xca11ee, "the caller's state is there again");
    expect((int64_t)seen_mxcsr, 0x1f80 | 0x2000, "the callee's rounding was kept");
    expect((int64_t)seen_base, 0xca11ee, "and its segment base");
    serve = SERVE_NEXT;
    next = second->env;
    vector_set(0xca11e5);
    expect(exo_transfer_call(CAP_ROOT, first->env, &message), 0, "a chain of two calls");
    expect((int64_t)vector_get(), 0xca11e5, "the caller's state survives the chain");
    expect((int64_t)seen_low, 0, "the second callee saw its own");
    serve = SERVE_REFUSE;
    expect(exo_transfer_call(CAP_ROOT, first->env, &message), -EXO_E_NONE, "a callee may refuse");
    serve = SERVE_PLAIN;
    expect(exo_transfer_call(CAP_ROOT, first->env, &message), 0, "and answer the next call");
    child_free(first);
    child_free(second);
    child_free(noise);
}

/* A right that was found once does not outlive the capability, nor the env. */
static void test_bound(void)
{
    struct child *child = callee_make(0);
    struct exo_message message = {.word = {1}};

    child_run(child, 0);
    check(wait_for(&child->step, 1, 1000), "the callee waits");
    expect(exo_cap_derive(CAP_ROOT, SLOT_EMPTY, 0, EXO_RIGHT_ALL), 0, "a copy of the capability");
    for (int i = 0; i < 3; i++)
        expect(exo_transfer_call(SLOT_EMPTY, child->env, &message), 0, "calls with it");
    expect(exo_cap_drop(SLOT_EMPTY), 0, "it goes");
    expect(exo_transfer_call(SLOT_EMPTY, child->env, &message), -EXO_E_CAP, "and the right with it");
    expect(exo_cap_derive(CAP_ROOT, SLOT_EMPTY, 77, EXO_RIGHT_ALL), 0, "another one in its place");
    expect(exo_transfer_call(SLOT_EMPTY, child->env, &message), -EXO_E_CAP, "does not dominate it");
    expect(exo_cap_drop(SLOT_EMPTY), 0, "it goes, too");
    expect(exo_transfer_call(CAP_ROOT, child->env, &message), 0, "the root capability does");
    uint64_t id = child->env;

    child_free(child);
    expect(exo_transfer_call(CAP_ROOT, id, &message), -EXO_E_NONE, "but not when it is dead");
}

/* What C keeps over calls is kept when the callee dies, also for a caller that saves nothing itself. */
static void kept_body(struct child *child)
{
    register uint64_t slot __asm__("rdi") = CAP_ROOT;
    uint64_t kept[4];
    uint64_t result = (uint64_t)EXO_CALL_TAG << 32 | EXO_CALL_TRANSFER_CALL;

    child->step = 1;
    __asm__ volatile("movq $0x1111, %%rbx\n\tmovq $0x2222, %%r12\n\tmovq $0x3333, %%r13\n\tmovq $0x4444, %%r15\n\t"
                     "syscall\n\t"
                     "movq %%rbx, (%[kept])\n\tmovq %%r12, 8(%[kept])\n\tmovq %%r13, 16(%[kept])\n\tmovq %%r15, 24(%[kept])"
                     : "+a"(result), "+D"(slot)
                     : "S"(victim), [kept] "r"(kept)
                     : "rbx", "r12", "r13", "r15", "rcx", "rdx", "r8", "r9", "r10", "r11", "memory");
    child->value = -result;
    child->step = kept[0] == 0x1111 && kept[1] == 0x2222 && kept[2] == 0x3333 && kept[3] == 0x4444 ? 2 : 3;
    child_rest();
}

static void test_kept(void)
{
    struct child *callee = callee_make(0);
    struct child *caller;
    struct exo_message message = {.word = {1}};

    child_run(callee, 0);
    check(wait_for(&callee->step, 1, 1000), "the callee waits");
    victim = callee->env;
    expect(exo_transfer_call(CAP_ROOT, victim, &message), 0, "it answers");
    kill_wanted = true;
    served = 0;
    caller = child_make(kept_body, &(struct child_options){.slot = CAP_ROOT});
    child_run(caller, 0);
    check(wait_for(&served, 1, 1000), "it is called");
    kill_wanted = false;
    child_free(callee);
    check(wait_for(&caller->step, 2, 1000), "the caller goes on");
    expect((int64_t)caller->step, 2, "with the registers that C keeps");
    expect((int64_t)caller->value, EXO_E_NONE, "and an error");
    child_free(caller);
}

void test_transfer(void)
{
    test_state();
    test_bound();
    test_kept();
    test_call();
    test_open();
    test_dying_callee();
    test_dying_caller();
}
