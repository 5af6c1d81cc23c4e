/* SPDX-License-Identifier: MIT */
/*
 * sleep.pml - going to sleep on one CPU while another one wakes (core/sleep.c, slice_pick, env_notify).
 *
 * The sleeper takes the lock, looks at `woken`, stores its state, drops the lock; its CPU then picks: it says that it is
 * idle, looks once more, and halts until an interrupt. The waker sets `woken`, looks at the state, and kicks a CPU that is
 * idle. A kick before the halt is not lost: interrupts are off until the halt, which they end, but for pauses of the round over the
 * positions; one that comes in a pause has the CPU look again instead of halting.
 * Claim: the sleeper runs again (else the end of the model is invalid).
 * mutations: IDLE_LATE NO_KICK PAUSE_FORGETS
 */
#ifndef ROUNDS
#define ROUNDS 3
#endif

bool lock = false, woken = false, sleeping = false, idle = false, kick = false, look = false;
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
            look = false;
            over = woken;
            if
            :: over -> idle = false; sleeping = false; woken = false; woke++; DROP
            :: else -> DROP;
                if /* others are asked after it: a pause, in which the kick may come */
                :: kick -> kick = false;
#ifndef PAUSE_FORGETS
                    look = true
#endif
                :: true
                fi;
                TAKE; DROP;
#ifdef IDLE_LATE
                idle = true;
#endif
                if
                :: look
                :: else -> kick; /* halt until an interrupt */
                    kick = false
                fi;
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
