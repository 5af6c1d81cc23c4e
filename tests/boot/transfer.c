/* SPDX-License-Identifier: MIT */
/* transfer.c - boot tests of protected control transfer. */
#include "lib/exo/transfer.h"
#include "tests/boot/boot.h"

static volatile uint64_t served, last_caller;
static volatile bool kill_wanted;

/* All callees of these tests: replies with each word plus 100, or stays away. */
void exo_transfer_serve(uint64_t caller, struct exo_message *message)
{
    last_caller = caller;
    served++;
    while (kill_wanted)
        (void)exo_yield();
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

void test_transfer(void)
{
    test_call();
    test_open();
    test_dying_callee();
    test_dying_caller();
}
