/* SPDX-License-Identifier: MIT */
/*
 * sleep.pml - going to sleep on one CPU while another one wakes (core/sleep.c, slice_pick, env_notify).
 *
 * The sleeper takes the lock, looks at `woken`, stores its state, drops the lock; its CPU then picks: it says that it is
 * idle, looks once more, and halts until an interrupt. The waker sets `woken`, looks at the state, and kicks a CPU that is
 * idle. A kick before the halt is not lost: interrupts are off until the halt, which they end.
 * Claim: the sleeper runs again (else the end of the model is invalid).
 * mutations: IDLE_LATE NO_KICK
 */
#ifndef ROUNDS
#define ROUNDS 3
#endif

bool lock = false, woken = false, sleeping = false, idle = false, kick = false;
byte woke = 0, sent = 0;

#define TAKE atomic { !lock -> lock = true }
#define DROP lock = false

proctype sleeper()
{
    bool over;

    do
    :: woke == ROUNDS -> break
    :: else ->
        TAKE;
        if
        :: woken -> woken = false; woke++; DROP
        :: else -> sleeping = true; DROP;
pick:
            TAKE;
#ifndef IDLE_LATE
            idle = true;
#endif
            over = woken;
            if
            :: over -> idle = false; sleeping = false; woken = false; woke++; DROP
            :: else -> DROP;
#ifdef IDLE_LATE
                idle = true;
#endif
                kick; /* halt until an interrupt */
                kick = false;
                goto pick
            fi
        fi
    od
}

proctype waker()
{
    do
    :: sent == ROUNDS -> break
    :: sent < ROUNDS && sent == woke ->
        TAKE;
        sent++;
        woken = true;
#ifndef NO_KICK
        if
        :: sleeping && idle -> kick = true
        :: else
        fi;
#endif
        DROP
    od
}

init
{
    atomic { run sleeper(); run waker() }
}
