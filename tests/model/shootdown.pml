/* SPDX-License-Identifier: MIT */
/*
 * shootdown.pml - removing an entry and giving its frame away, while other CPUs use it (core/table.c, arch_load_root).
 *
 * One page of one space. A CPU loads the space (it publishes the root, then loads CR3), leaves it, fills its TLB from the
 * table, uses the TLB, loses entries at any time, and answers flush requests when it is interrupted: anywhere but in the
 * kernel, and there while it spins for the lock. Revokers take the lock, clear the entry, ask the CPUs that have the
 * space, wait, and give the frame to somebody else. (pt_write's quick way also looks before it clears the entry, whether anybody will
 * have to be asked; what it saw then must not decide: LOOK_BEFORE.)
 * Claim: nobody uses an entry for a frame that was given away.
 * mutations: NO_WAIT ROOT_LATE NO_ANSWER_IN_SPIN LOOK_BEFORE
 */
#ifndef CPUS
#define CPUS 3
#endif

bool present = true;    /* the entry in the table */
bool given_away = false;
bool lock = false;
bool root[CPUS];   /* published */
bool loaded[CPUS]; /* CR3 */
bool tlb[CPUS];
bool flush[CPUS];
byte done = 0;

inline answer(c)
{
    if
    :: flush[c] -> atomic { tlb[c] = false; flush[c] = false }
    :: else
    fi
}

proctype cpu(byte c)
{
    do
    :: !loaded[c] -> /* switch to the space */
#ifdef ROOT_LATE
        atomic { loaded[c] = true; tlb[c] = false };
        if :: present -> tlb[c] = true :: true fi; /* the first instruction */
        root[c] = true
#else
        root[c] = true;
        atomic { loaded[c] = true; tlb[c] = false }
#endif
    :: loaded[c] -> /* leave it: loading another root drops the entries */
        root[c] = false;
        atomic { loaded[c] = false; tlb[c] = false }
    :: loaded[c] && !tlb[c] && present -> tlb[c] = true /* walk */
    :: loaded[c] && tlb[c] -> assert(!given_away)       /* use */
    :: tlb[c] -> tlb[c] = false                         /* evicted */
    :: flush[c] -> atomic { tlb[c] = false; flush[c] = false }
    :: lock -> /* a kernel call that wants the lock: interrupts are off until it has it */
        do
        :: atomic { !lock -> break }
#ifndef NO_ANSWER_IN_SPIN
        :: flush[c] -> atomic { tlb[c] = false; flush[c] = false }
#endif
        od
    :: done == 1 && !flush[c] -> break
    od
}

proctype revoker()
{
    byte c;

    atomic { !lock -> lock = true };
    c = 0;
#ifdef LOOK_BEFORE
    bool anybody = false;

    do
    :: c < CPUS -> anybody = anybody || root[c]; c++
    :: else -> break
    od;
    c = (anybody -> 0 : CPUS);
#endif
    present = false;
    do
    :: c < CPUS ->
        if
        :: root[c] -> flush[c] = true
        :: else
        fi;
        c++
    :: else -> break
    od;
#ifndef NO_WAIT
    c = 0;
    do
    :: c < CPUS -> !flush[c]; c++
    :: else -> break
    od;
#endif
    given_away = true;
    lock = false;
    done = 1
}

init
{
    byte c = 0;

    atomic {
        do
        :: c < CPUS -> run cpu(c); c++
        :: else -> break
        od;
        run revoker()
    }
}
