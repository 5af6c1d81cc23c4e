/* SPDX-License-Identifier: MIT */
/*
 * revoke.pml - visible revocation and the abort protocol (core/revoke.c), against an env that maps, unmaps, sleeps, frees
 * and is deaf, on a CPU of its own.
 *
 * Each step of repossess holds the locks; between steps the env does what it likes. Two entries can name the frame, one
 * behind the sweep and one before it.
 * Claims: nothing is taken before the deadline; a taken frame has no entry, no pin, and is not in the TLB.
 * mutations: NO_COUNT NO_DUE NO_SWEEP
 */
#define ENTRIES 2

bool entry[ENTRIES], tlb, pinned, marked, taken, freed, asked, due;
byte references = 0;

proctype env()
{
    do
    :: atomic { !marked && !taken && !freed && !entry[0] -> entry[0] = true; references++ }
    :: atomic { !marked && !taken && !freed && !entry[1] -> entry[1] = true; references++ }
    :: atomic { entry[0] -> entry[0] = false; references--; tlb = false }
    :: atomic { entry[1] -> entry[1] = false; references--; tlb = false }
    :: atomic { (entry[0] || entry[1]) && !tlb -> tlb = true }
    :: atomic { tlb -> assert(!taken) }
    :: atomic { (entry[0] || entry[1]) && !pinned -> pinned = true; references++ } /* sleep */
    :: atomic { pinned -> pinned = false; references-- }
    :: atomic { asked && references == 0 && !taken && !freed && !marked -> freed = true } /* the good answer */
    :: taken || freed -> break
    od
}

proctype revoker()
{
    byte e;

    asked = true;
#ifdef NO_DUE
    if :: due :: true fi;
#else
    due;
#endif
    atomic { if :: freed -> goto over :: else -> marked = true fi };
    if :: atomic { references == 0 -> goto take } :: else fi; /* nothing names it: no sweep */
sweep:
    atomic { if :: pinned -> pinned = false; references-- :: else fi };
    e = 0;
    do
    :: e < ENTRIES ->
        atomic {
            if
#ifdef NO_SWEEP
            :: entry[e] -> references-- /* counted, not removed */
#else
            :: entry[e] -> entry[e] = false; references--; tlb = false
#endif
            :: else
            fi;
            e++
        }
    :: else -> break
    od;
take:
    atomic {
#ifndef NO_COUNT
        if :: references != 0 -> goto sweep :: else fi;
#endif
        taken = true;
        assert(due);
        assert(!entry[0] && !entry[1] && !pinned && !tlb)
    };
over:
    skip
}

proctype clock()
{
    due = true
}

init
{
    atomic { run env(); run revoker(); run clock() }
}
