/* SPDX-License-Identifier: MIT */
/*
 * capability.pml - a slot that is revoked and granted anew while its owner reads it (core/cap.c).
 *
 * A capability is two words that belong together; (0, 0) in a present slot would be the root's. The reader may see any
 * interleaving of single loads and stores.
 * Claim: what cap_get accepts is one of the two capabilities, whole.
 * mutations: NO_SEQUENCE NO_SECOND_LOOK
 */
byte sequence = 0, path = 1, rights = 1, present = 1;

inline set(p)
{
    sequence++;
    path = p;
    rights = p;
    present = p > 0;
    sequence++
}

proctype writer()
{
    set(0);
    set(2);
    set(0);
    set(1)
}

proctype reader()
{
    byte before, p, r, there, after;

    do
    :: sequence == 8 -> break
    :: true ->
        before = sequence;
        p = path;
        r = rights;
        there = present;
        after = sequence;
        if
#ifdef NO_SEQUENCE
        :: there ->
#else
#ifdef NO_SECOND_LOOK
        :: there && !(before & 1) ->
#else
        :: there && !(before & 1) && before == after ->
#endif
#endif
            assert(p == r && p != 0)
        :: else
        fi
    od
}

init
{
    atomic { run writer(); run reader() }
}
