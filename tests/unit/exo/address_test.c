/* SPDX-License-Identifier: MIT */
/* address_test.c - IP addresses as text, compared with the C library's reading of the same text. */
#include "lib/exo/address.h"
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include "tap.h"

static bool library(const char *text, uint8_t *address)
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

    if (strchr(text, ':'))
        return inet_pton(AF_INET6, text, address) == 1;
    memcpy(address, mapped, 12);
    return inet_pton(AF_INET, text, address + 12) == 1;
}

static void compare(const char *text)
{
    uint8_t ours[16] = {0};
    uint8_t theirs[16] = {0};
    bool ipv6;
    bool ok = exo_address_parse(text, ours, &ipv6, NULL);
    bool dotted_tail = strchr(text, ':') && strchr(text, '.'); /* ::1.2.3.4 is not ours */

    CHECK(ok == (library(text, theirs) && !dotted_tail));
    if (ok != (library(text, theirs) && !dotted_tail) && tap_bad_here < 5)
        printf("# %s: ours %d\n", text, ok);
    CHECK(!ok || !memcmp(ours, theirs, 16));
}

static void good_and_bad(void)
{
    static const char *const texts[] = {"10.0.2.15",
                                        "0.0.0.0",
                                        "255.255.255.255",
                                        "256.0.0.1",
                                        "1.2.3",
                                        "1.2.3.4.5",
                                        "01.2.3.4",
                                        "1..2.3",
                                        "",
                                        ".",
                                        "1.2.3.4 ",
                                        "::",
                                        "::1",
                                        "fec0::15",
                                        "1::",
                                        "1:2:3:4:5:6:7:8",
                                        "1:2:3:4:5:6:7::",
                                        "::2:3:4:5:6:7:8",
                                        "1:2:3:4:5:6:7:8:9",
                                        "1:::2",
                                        "1::2::3",
                                        ":1",
                                        "1:",
                                        "12345::",
                                        "g::",
                                        "::ffff",
                                        "ABCD::ef01",
                                        "1:2",
                                        ":::",
                                        "::1.2.3.4"};

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        compare(texts[i]);
}

static void by_chance(void)
{
    static const char letters[] = "0123456789abcf::::....";
    char text[24];

    srand(1);
    for (int n = 0; n < 200000; n++) {
        int length = rand() % 20;

        for (int i = 0; i < length; i++)
            text[i] = letters[rand() % (int)(sizeof letters - 1)];
        text[length] = 0;
        compare(text);
    }
}

static void prefixes(void)
{
    uint8_t address[16];
    uint32_t bits;
    bool ipv6;

    CHECK(exo_address_parse("10.0.2.15/24", address, &ipv6, &bits) && bits == 24 && !ipv6);
    CHECK(exo_address_parse("10.0.2.15", address, &ipv6, &bits) && bits == 32);
    CHECK(exo_address_parse("fec0::15/64", address, &ipv6, &bits) && bits == 64 && ipv6);
    CHECK(!exo_address_parse("10.0.2.15/33", address, &ipv6, &bits));
    CHECK(!exo_address_parse("fec0::15/129", address, &ipv6, &bits));
    CHECK(!exo_address_parse("10.0.2.15/", address, &ipv6, &bits));
    CHECK(!exo_address_parse("10.0.2.15/2x", address, &ipv6, &bits));
    CHECK(!exo_address_parse("10.0.2.15/24", address, &ipv6, NULL));
}

static void there_and_back(void)
{
    char text[EXO_ADDRESS_TEXT];
    uint8_t address[16];
    uint8_t again[16];
    bool ipv6;

    CHECK(exo_address_parse("192.168.1.254", address, &ipv6, NULL));
    CHECK(!strcmp(exo_address_text(address, text), "192.168.1.254"));
    CHECK(exo_address_parse("fec0::a:0:15", address, &ipv6, NULL));
    CHECK(exo_address_parse(exo_address_text(address, text), again, &ipv6, NULL));
    CHECK(!memcmp(address, again, 16));
}

int main(void)
{
    TEST(good_and_bad);
    TEST(by_chance);
    TEST(prefixes);
    TEST(there_and_back);
    return TAP_END();
}
