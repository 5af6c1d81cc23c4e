/* SPDX-License-Identifier: MIT */
/* share_test.c - the broker's arithmetic: reservations hold, the lowest pays first, equals pay by weight; and chance. */
#include "libos/init/share.h"
#include <stdlib.h>
#include "tap.h"

static uint64_t ask[SHARE_PARTIES_MAX];

static struct share_party party(uint64_t held, uint64_t reserve, uint32_t weight, uint32_t priority)
{
    return (struct share_party){
        .held = held, .reserve = reserve, .weight = weight, .priority = priority, .asked = true};
}

static void reservation(void)
{
    struct share_party p[3] = {party(0, 100, 100, 0), party(500, 300, 100, 9),
                               party(500, 500, 100, 0)};

    CHECK(share_split(p, 3, 0, 100, ask) ==
          100); /* even a higher priority gives for a reservation */
    CHECK(ask[0] == 0 && ask[1] == 100 && ask[2] == 0);
    p[1].held = 340;
    CHECK(share_split(p, 3, 0, 100, ask) == 40 && ask[1] == 40); /* but not of its own */
    p[1].asked = false;
    CHECK(share_split(p, 3, 0, 100, ask) == 0);
}

static void beyond(void)
{
    struct share_party p[3] = {party(200, 100, 100, 5), party(900, 100, 100, 4),
                               party(900, 100, 100, 6)};

    CHECK(share_split(p, 3, 0, 300, ask) == 300 && ask[1] == 300 && ask[2] == 0);
    CHECK(share_split(p, 3, 0, 5000, ask) == 800 && ask[1] == 800 && ask[2] == 0);
    p[1].priority = 5; /* equals: 100 and 800 above their reservations become 450 each */
    CHECK(share_split(p, 3, 0, 5000, ask) == 350 && ask[1] == 350);
    p[0].weight = 200; /* 600 and 300 */
    CHECK(share_split(p, 3, 0, 5000, ask) == 500 && ask[1] == 500);
    CHECK(share_split(p, 3, 0, 70, ask) == 70 && ask[1] == 70);
    p[0].held = 1800; /* it has more than its share */
    CHECK(share_split(p, 3, 0, 70, ask) == 0);
}

static void proportional(void)
{
    struct share_party p[4] = {party(0, 600, 1, 15), party(1000, 0, 100, 3), party(1000, 0, 300, 3),
                               party(100, 0, 1, 2)};

    CHECK(share_split(p, 4, 0, 50, ask) == 50 && ask[3] == 50 && ask[1] == 0);
    CHECK(share_split(p, 4, 0, 600, ask) == 600 && ask[3] == 100);
    CHECK(ask[1] == 500 && ask[2] == 0); /* 1000/100 comes down before 1000/300 */
    p[0].reserve = 1700;
    CHECK(share_split(p, 4, 0, 1700, ask) == 1700);
    CHECK(ask[1] >= 899 && ask[1] <= 901 && ask[2] >= 699 && ask[2] <= 701); /* 100 and 300 left */
}

/* Whatever the parties are: never more than needed, never from who may not be asked, never of a reservation. */
static void chance(void)
{
    struct share_party p[SHARE_PARTIES_MAX];
    unsigned wrong = 0;

    srand(1);
    for (unsigned round = 0; round < 20000; round++) {
        uint32_t count = 1 + (uint32_t)rand() % SHARE_PARTIES_MAX, asker = (uint32_t)rand() % count;
        uint64_t need = (uint64_t)rand() % 3000, sum = 0, lower = 0, all = 0;

        for (uint32_t i = 0; i < count; i++) {
            p[i] = party((uint64_t)rand() % 2000, (uint64_t)rand() % 2000,
                         1 + (uint32_t)rand() % SHARE_WEIGHT_MAX,
                         (uint32_t)rand() % (SHARE_PRIORITY_MAX + 1));
            p[i].asked = rand() % 8;
        }
        uint64_t given = share_split(p, count, asker, need, ask);
        uint64_t lacks = p[asker].held < p[asker].reserve ? p[asker].reserve - p[asker].held : 0;

        for (uint32_t i = 0; i < count; i++) {
            uint64_t own = p[i].held > p[i].reserve ? p[i].held - p[i].reserve : 0;

            own = i == asker || !p[i].asked ? 0 : own;
            sum += ask[i];
            all += own;
            lower += p[i].priority < p[asker].priority ? own : 0;
            wrong += ask[i] > own;
            wrong += p[i].priority > p[asker].priority && ask[i] &&
                     given > (lacks > lower ? lacks : lower);
        }
        lacks = lacks < need ? lacks : need;
        wrong += sum != given || given > need;
        wrong += given < (lacks < all ? lacks : all) || given < (need < lower ? need : lower);
    }
    CHECK(wrong == 0);
}

int main(void)
{
    TEST(reservation);
    TEST(beyond);
    TEST(proportional);
    TEST(chance);
    return TAP_END();
}
