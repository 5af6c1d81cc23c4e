/* SPDX-License-Identifier: MIT */
/*
 * abuse.h - attack programs: hostile LibOSes beside a victim that keeps checking itself.
 *
 * A domain has a capability of its own, an address space of its own, and frames of its own. In the spaces of attackers the
 * harness's image is mapped read-only: an attack has no writable globals, only its stack and its box.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "call_cases.h"
#include "exo_numbers.h"
#include "exo_stubs.h"
#include "lib/exo/time.h"
#include "lib/exo/upcall.h"

#define SLOT_OWN   0 /* the domain's capability: read, write, grant, and what the attack asks for */
#define SLOT_WORK  5
#define SLOT_EMPTY 15
#define ENVS       2
#define OWN_FRAMES 32 /* data frames of the attacker, in a row */

#define ATTACKER_BASE 0x200000000000ull
#define VICTIM_BASE   0x208000000000ull
#define SCRATCH       (ATTACKER_BASE + 0x100000)   /* pages to map things at; the table is there */
#define ELSEWHERE     (ATTACKER_BASE + 0x40000000) /* no tables below level 3 */

/* What an attack is told and what it tells; in a page of its own domain. */
struct box {
    volatile uint64_t done[ENVS];
    volatile uint64_t tries, escapes;
    const char *volatile why; /* of the first escape */
    volatile uint64_t detail;
    volatile uint64_t step, order; /* between an attack, its second env, and its host */
    volatile uint64_t where;       /* address that the second env reads */
    volatile uint64_t traps;
    volatile uint32_t vector;
    volatile uint64_t address, error;
    volatile uint64_t resume;      /* where the handler goes on after an exception; 0: at rip */
    volatile uint64_t resume_sp;   /* and with which stack, if not 0 */
    volatile bool deaf;            /* the handler does not yield at ends of slices */
    volatile uint64_t kills, seed; /* how many kills or calls; of noise */
    volatile uint64_t calls, made; /* of H02, by chance; of F02, so far */
    volatile bool at_first;        /* the first escape ends all: the kernel says why */
    /* given */
    uint64_t own_first, own_root, own_level1, own_level2, own_level3;
    uint64_t env[ENVS], upcall_frame[ENVS], env_frame[ENVS];
    uint64_t victim_env, victim_frame, victim_root, victim_upcall_frame, host_env, host_root;
    uint64_t frame_count, cpu_count, frame_table, slice_frame, machine_frame, kernel_frame;
    uint64_t device; /* a function that somebody else has claimed; EXO_DEVICE_MAX: none */
    uint64_t device_register;
    uint64_t own_device, own_register;  /* of its own, for who asks for one */
    uint64_t machine_address;           /* the machine page in this space */
    uint64_t victim_filter, own_filter; /* claims on an address each; 0: there is no card */
    uint64_t claim[4];                  /* further ones of its own: wire.h */
};

struct attack {
    const char *id, *name;
    void (*body)(struct box *box);
    void (*second)(struct box *box); /* in a second env, on another CPU if there is one */
    void (*host)(struct box *box);   /* in the harness, again and again while the attack lasts */
    uint32_t rights;                 /* more than read, write, grant */
    uint32_t cpus;                   /* that it needs */
    bool dies;                       /* the attack ends itself */
};
extern const struct attack cap_attacks[], memory_attacks[], cpu_attacks[], net_attacks[],
    code_attacks[];
extern const struct attack device_attacks[]; /* they get a device, if the machine has an IOMMU */
extern const uint32_t cap_attack_count, memory_attack_count, cpu_attack_count, net_attack_count,
    code_attack_count, device_attack_count;

/* net_claim - what the victim and the attacker have claimed: packets to 10.9.9.LAST. */
#define NET_VICTIM 9
#define NET_OWN    8
void net_claim(struct exo_net_filter *filter, uint8_t last);

/* escape - the attack got through. */
static inline void escape(struct box *box, const char *why, uint64_t detail)
{
    if (!box->escapes++) {
        box->why = why;
        box->detail = detail;
        if (box->at_first)
            (void)exo_test(EXO_TEST_ESCAPE, (uint64_t)why, 0);
    }
}

/* refused - this must have failed. */
static inline void refused(struct box *box, int64_t result, const char *what, uint64_t detail)
{
    box->tries++;
    if (result >= 0)
        escape(box, what, detail);
}

/* chance_call - a call by chance, with arguments of the right kinds and of wrong ones (chance.c). */
uint64_t chance_argument(struct box *box, const struct call_case *call, uint32_t a,
                         uint64_t *state);
const struct call_case *chance_call(struct box *box, uint64_t *state, uint64_t *argument);
void storm(struct box *box), storm_host(struct box *box); /* storm.c */
void failures(struct box *box), failures_second(struct box *box), failures_host(struct box *box);

/* raw - a kernel call with any number and arguments. */
int64_t raw(uint64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e,
            uint64_t f);

/* map_at - one entry of the attacker's own tables. */
int64_t map_at(struct box *box, uint64_t address, uint64_t entry);

/* faults - does this access trap? The box has vector and address. */
bool read_faults(struct box *box, uint64_t address, uint64_t *value);
bool write_faults(struct box *box, uint64_t address, uint64_t value);

/* noise - a cheap random number. */
static inline uint64_t noise(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* For hosts. */
struct box *host_box(void); /* the running attack's box as the harness sees it */
uint64_t host_now(void);
int64_t host_repossess(uint64_t env, uint64_t frame); /* after the deadline, to the end */
void host_kill_and_remake(uint32_t which);
void host_run(uint32_t which, bool on); /* the attack's env gets time, or none */
uint64_t host_number(const char *word, uint64_t otherwise); /* of the kernel's command line */
const char *host_word(const char *word);     /* what follows it there; NULL: it is not there */
uint64_t host_victim_rounds(void);           /* how often the victim has looked after everything */
void must(int64_t result, const char *what); /* or the run ends */
/* host_row - frames in a row, guarded by what `slot` of the harness's holds, mapped; the first of them. */
uint64_t host_row(uint32_t slot, uint64_t address, uint64_t pages);
