/* SPDX-License-Identifier: MIT */
/*
 * share.pml - memory_lock shared and alone (core/lock.h), and what stands still meanwhile (core/table.c, core/frame.c).
 *
 * One frame; each CPU is a domain of its own that takes it when it is free (shared), maps and unmaps it (shared: check, then
 * pin), and gives it back (alone, with a flush that every other CPU must answer). A CPU that waits for a lock answers.
 * Claims: who pins a frame still owns it; who has the lock alone meets nobody; nobody waits for ever.
 * mutations: NO_GATES NO_ANSWER FREE_SHARED CLAIM_SPLIT
 */
#ifndef CPUS
#define CPUS 2
#endif
#ifndef ROUNDS
#define ROUNDS 3
#endif
#define FREE    0
#define CLAIMED 1
#define DATA    2

bool taken, gate[CPUS], flush[CPUS];
byte sharing, alone;
byte kind = FREE, guard = 0, pins = 0;

inline answer()
{
    if
    :: flush[me] -> flush[me] = false
    :: else
    fi
}

inline enter(lock)
{
    do
    :: atomic { !lock -> lock = true; break }
#ifndef NO_ANSWER
    :: lock && flush[me] -> answer()
#endif
    od
}

inline share()
{
    enter(gate[me]);
    sharing++;
    assert(!alone)
}

inline unshare()
{
    sharing--;
    gate[me] = false
}

inline take()
{
    enter(taken);
#ifndef NO_GATES
    c = 0;
    do
    :: c < CPUS -> enter(gate[c]); c++
    :: else -> break
    od;
#endif
    alone++;
    assert(alone == 1 && !sharing)
}

inline drop()
{
    alone--;
#ifndef NO_GATES
    c = 0;
    do
    :: c < CPUS -> gate[c] = false; c++
    :: else -> break
    od;
#endif
    taken = false
}

inline shoot_down()
{
    c = 0;
    do
    :: c < CPUS -> flush[c] = c != me; c++
    :: else -> break
    od;
    c = 0;
    do
    :: c < CPUS && !flush[c] -> c++
    :: c < CPUS && flush[me] -> answer()
    :: c == CPUS -> break
    od
}

proctype cpu(byte me)
{
    byte round = 0, c;
    bool mapped = false, seen;

    do
    :: flush[me] -> flush[me] = false /* the interrupt */
    :: round == ROUNDS -> break
    :: round < ROUNDS -> /* frame_alloc */
        round++;
        share();
#ifdef CLAIM_SPLIT
        seen = kind == FREE;
        if :: seen -> kind = CLAIMED :: else fi;
#else
        atomic { seen = kind == FREE; if :: seen -> kind = CLAIMED :: else fi };
#endif
        if
        :: seen ->
            assert(!pins);
            assert(kind == CLAIMED);
            guard = me + 1;
            kind = DATA
        :: else
        fi;
        unshare()
    :: round < ROUNDS && !mapped -> /* pt_update: an entry */
        round++;
        share();
        seen = kind == DATA;
        if
        :: seen && guard == me + 1 ->
            pins++;
            assert(kind == DATA && guard == me + 1);
            mapped = true
        :: else
        fi;
        unshare()
    :: round < ROUNDS && mapped -> /* pt_update: none */
        round++;
        share();
        assert(kind == DATA && guard == me + 1);
        pins--;
        mapped = false;
        unshare()
    :: round < ROUNDS -> /* frame_free */
        round++;
#ifdef FREE_SHARED
        share();
#else
        take();
#endif
        if
        :: kind == DATA && guard == me + 1 && !pins ->
            shoot_down();
            kind = FREE;
            guard = 0
        :: else
        fi;
#ifdef FREE_SHARED
        unshare()
#else
        drop()
#endif
    od;
end:
    do
    :: flush[me] -> flush[me] = false
    od
}

init
{
    byte i = 0;

    atomic {
        do
        :: i < CPUS -> run cpu(i); i++
        :: else -> break
        od
    }
}
