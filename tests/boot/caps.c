/* SPDX-License-Identifier: MIT */
/* caps.c - boot tests of the calls null, console_write, machine_off and cap_*. */
#include "base/string.h"
#include "call_cases.h"
#include "tests/boot/boot.h"

static bool is_call(uint64_t number)
{
    for (uint32_t c = 0; c < CALL_CASE_COUNT; c++)
        if (call_cases[c].number == number)
            return true;
    return false;
}

static void test_small_calls(void)
{
    const uint64_t none[6] = {0};
    uint64_t second;

    expect(exo_null(), 0, "null returns 0");
    for (uint64_t number = 0; number < 0x80; number++)
        if (!is_call(number) &&
            raw_call((uint64_t)EXO_CALL_TAG << 32 | number, none, &second) != -EXO_E_CALL)
            check(false, "number %lx is no call", (unsigned long)number);
    expect(raw_call((uint64_t)EXO_CALL_TAG << 32 | 0xffffffff, none, &second), -EXO_E_CALL,
           "the highest number is no call");
    expect(exo_console_write(CAP_ROOT, "# console\n", 10), 10, "console_write returns the length");
    expect(exo_console_write(SLOT_NOTHING, "x", 1), -EXO_E_RIGHT,
           "console_write needs the console right");
    expect(exo_console_write(SLOT_EMPTY, "x", 1), -EXO_E_CAP, "console_write needs a capability");
    expect(exo_machine_off(SLOT_NOTHING, 1), -EXO_E_RIGHT, "machine_off needs the machine right");
    expect(exo_machine_off(SLOT_EMPTY, 1), -EXO_E_CAP, "machine_off needs a capability");
}

static void test_derive(void)
{
    struct exo_cap cap;

    expect(exo_cap_derive(SLOT_EMPTY, SLOT_WORK, 1, 0), -EXO_E_CAP, "derive from an empty slot");
    expect(exo_cap_derive(CAP_ROOT, SLOT_CHILD, 1, 0), -EXO_E_EXISTS, "derive into a taken slot");
    expect(exo_cap_derive(SLOT_NOTHING, SLOT_WORK, 1, EXO_RIGHT_READ), -EXO_E_RIGHT,
           "derive more rights");
    expect(exo_cap_derive(CAP_ROOT, SLOT_WORK, 65536, 0), -EXO_E_ARG, "derive component 65536");
    expect(exo_cap_derive(SLOT_CHILD, SLOT_WORK, 5, EXO_RIGHT_WRITE), 0, "derive a child");
    expect(exo_cap_read(SLOT_WORK, &cap), 0, "read it");
    check(cap.present == 1 && cap.depth == 2 && cap.path[0] == 77 && cap.path[1] == 5 &&
              cap.path[2] == 0 && cap.rights == EXO_RIGHT_WRITE,
          "its path is [77,5], its right write");
    expect(exo_cap_drop(SLOT_WORK), 0, "drop it");
    expect(exo_cap_drop(SLOT_WORK), -EXO_E_CAP, "drop an empty slot");
    memset(&cap, 0xff, sizeof cap);
    expect(exo_cap_read(SLOT_WORK, &cap), 0, "read an empty slot");
    expect(cap.present, 0, "it is not present");
    for (uint32_t depth = 0; depth < EXO_CAP_DEPTH; depth++) {
        uint32_t from = depth ? SLOT_WORK + depth - 1 : CAP_ROOT;

        expect(exo_cap_derive(from, SLOT_WORK + depth, 9, EXO_RIGHT_ALL), 0, "derive to depth %u",
               depth + 1);
    }
    expect(exo_cap_derive(SLOT_WORK + EXO_CAP_DEPTH - 1, SLOT_WORK + EXO_CAP_DEPTH, 9, 0),
           -EXO_E_RANGE, "derive below the full depth");
    expect(exo_cap_derive(SLOT_WORK + EXO_CAP_DEPTH - 1, SLOT_WORK + EXO_CAP_DEPTH, 0, 0), 0,
           "narrow at the full depth");
    for (uint32_t slot = SLOT_WORK; slot <= SLOT_WORK + EXO_CAP_DEPTH; slot++)
        expect(exo_cap_drop(slot), 0, "drop slot %u", slot);
}

static void idle_body(struct child *child)
{
    child->step = 1;
}

static void test_grant(void)
{
    struct child *child = child_make(idle_body, &(struct child_options){.slot = CAP_ROOT});
    uint64_t env = child->env;

    expect(exo_cap_grant(SLOT_EMPTY, env, CAP_ROOT, 3), -EXO_E_CAP, "grant without capability");
    expect(exo_cap_grant(SLOT_OTHER, env, CAP_ROOT, 3), -EXO_E_CAP,
           "grant to an env that is not dominated");
    expect(exo_cap_grant(SLOT_READER, env, CAP_ROOT, 3), -EXO_E_RIGHT,
           "grant without the write right");
    expect(exo_cap_grant(CAP_ROOT, env, SLOT_READER, 3), -EXO_E_RIGHT,
           "grant what has no grant right");
    expect(exo_cap_grant(CAP_ROOT, env, SLOT_EMPTY, 3), -EXO_E_CAP, "grant an empty slot");
    expect(exo_cap_grant(CAP_ROOT, env + (1ull << EXO_ENV_FRAME_BITS), CAP_ROOT, 3), -EXO_E_NONE,
           "grant to no env");
    expect(exo_cap_grant(CAP_ROOT, env, SLOT_CHILD, 0), -EXO_E_EXISTS, "grant into a taken slot");
    expect(exo_cap_grant(CAP_ROOT, env, SLOT_CHILD, 3), 0, "grant");
    expect(exo_cap_grant(CAP_ROOT, env, SLOT_CHILD, 3), -EXO_E_EXISTS, "it is there");
    expect(exo_cap_revoke(SLOT_EMPTY, env, 3), -EXO_E_CAP, "revoke without capability");
    expect(exo_cap_revoke(SLOT_OTHER, env, 3), -EXO_E_CAP,
           "revoke from an env that is not dominated");
    expect(exo_cap_revoke(SLOT_READER, env, 3), -EXO_E_RIGHT, "revoke without the write right");
    expect(exo_cap_revoke(CAP_ROOT, 12345, 3), -EXO_E_NONE, "revoke from no env");
    expect(exo_cap_revoke(CAP_ROOT, env, 3), 0, "revoke");
    expect(exo_cap_revoke(CAP_ROOT, env, 3), -EXO_E_CAP, "revoke an empty slot");
    child_free(child);
}

void test_capabilities(void)
{
    test_small_calls();
    test_derive();
    test_grant();
}
