/* SPDX-License-Identifier: MIT */
/* dhcp_test.c - DHCP messages and router advertisements on the host: what is written can be read, what is damaged does no harm. */
#include "libos/init/dhcp.h"
#include "libos/init/slaac.h"
#include "lib/exo/checksum.h"
#include <stdlib.h>
#include <string.h>
#include "tap.h"

static const uint8_t card[6] = {0x52, 0x54, 0, 1, 2, 3};
static const uint8_t server_card[6] = {0x52, 0x55, 10, 0, 2, 2};

static struct dhcp_message message(enum dhcp_kind kind)
{
    struct dhcp_message m = {.kind = kind, .transaction = 0x12345678, .name = "main"};

    memcpy(m.mac, card, 6);
    memset(m.server_mac, 0xff, 6);
    return m;
}

/* What a server says to a question: fixed part and options of the test's. */
static uint32_t reply(uint8_t *frame, const uint8_t *option, uint32_t bytes)
{
    struct dhcp_message m = message(DHCP_DISCOVER);
    uint32_t end = 42 + 240 + bytes;

    (void)dhcp_write(frame, &m);
    memcpy(frame, card, 6);
    memcpy(frame + 6, server_card, 6);
    frame[34 + 1] = 67;
    frame[36 + 1] = 68;
    frame[38] = (uint8_t)((end - 34) >> 8);
    frame[39] = (uint8_t)(end - 34);
    frame[42] = 2;
    memcpy(frame + 42 + 16, (uint8_t[4]){10, 0, 2, 15}, 4);
    memcpy(frame + 42 + 240, option, bytes);
    return end;
}

static const uint8_t options[] = {53, 1,  2, 0, 1, 4,   255, 255, 240, 0,   3,  8, 10,   0,    2,
                                  2,  9,  9, 9, 9, 6,   16,  1,   1,   1,   1,  2, 2,    2,    2,
                                  3,  3,  3, 3, 4, 4,   4,   4,   51,  4,   0,  1, 0x51, 0x80, 54,
                                  4,  10, 0, 2, 2, 200, 2,   0,   0,   255, 53, 1, 6};

static void an_offer_is_read(void)
{
    uint8_t frame[DHCP_FRAME_BYTES];
    uint32_t length = reply(frame, options, sizeof options);
    struct dhcp_answer a;

    CHECK(dhcp_read(frame, length, card, 0x12345678, &a));
    CHECK(a.kind == DHCP_OFFER && a.prefix == 20 && a.seconds == 86400 && a.dns_count == 3);
    CHECK(!memcmp(&a.address, (uint8_t[4]){10, 0, 2, 15}, 4) &&
          !memcmp(&a.gateway, (uint8_t[4]){10, 0, 2, 2}, 4));
    CHECK(!memcmp(&a.server, (uint8_t[4]){10, 0, 2, 2}, 4) &&
          !memcmp(a.server_mac, server_card, 6));
    CHECK(!memcmp(a.dns, (uint8_t[12]){1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3}, 12));
    CHECK(!dhcp_read(frame, length, card, 0x12345679, &a) &&
          !dhcp_read(frame, length, server_card, 0x12345678, &a));
}

/* The first place of an option, or 0. */
static uint32_t find(const uint8_t *frame, uint32_t length, uint8_t option)
{
    for (uint32_t at = 42 + 240; at + 1 < length && frame[at] != 255; at += 2u + frame[at + 1])
        if (frame[at] == option)
            return at;
    return 0;
}

static void questions_say_what_they_must(void)
{
    uint8_t frame[DHCP_FRAME_BYTES];
    struct dhcp_message m = message(DHCP_REQUEST);
    uint32_t at;

    m.wanted = 1;
    m.server = 2;
    uint32_t length = dhcp_write(frame, &m);

    CHECK(length >= 42 + 300 && length <= sizeof frame && frame[14] == 0x45);
    CHECK(find(frame, length, 50) && find(frame, length, 54) && frame[42 + 10] == 0x80);
    CHECK(!memcmp(frame, (uint8_t[6]){255, 255, 255, 255, 255, 255}, 6) && frame[30] == 255);
    at = find(frame, length, 61);
    CHECK(at && frame[at + 1] == 11 && !frame[at + 2] && !memcmp(frame + at + 3, card, 6) &&
          !memcmp(frame + at + 9, "main", 4));
    m.own = 3; /* renewal: to the server alone, and neither of these */
    memcpy(m.server_mac, server_card, 6);
    length = dhcp_write(frame, &m);
    CHECK(!find(frame, length, 50) && !find(frame, length, 54) && !frame[42 + 10]);
    CHECK(!memcmp(frame, server_card, 6) && frame[30] == 2 && frame[26] == 3 &&
          frame[42 + 12] == 3);
    m.name = "a-name-of-thirty-one-characters";
    CHECK(dhcp_write(frame, &m) <= sizeof frame);
}

static void damaged_answers_do_no_harm(void)
{
    uint8_t good[DHCP_FRAME_BYTES];
    uint32_t length = reply(good, options, sizeof options);
    uint32_t read = 0;

    srand(1);
    for (uint32_t i = 0; i < 200000; i++) {
        uint32_t here = i % 3 ? length : (uint32_t)rand() % (length + 1);
        uint8_t *frame =
            malloc(here ? here : 1); /* of exactly that size: a read behind it is found */
        struct dhcp_answer a;

        memcpy(frame, good, here);
        for (uint32_t k = (uint32_t)rand() % 4; k && here;
             k--) { /* half of it where the options are */
            uint32_t from = i % 2 && here > 282 ? 282 : 0;

            frame[from + (uint32_t)rand() % (here - from)] = (uint8_t)rand();
        }
        if (dhcp_read(frame, here, card, 0x12345678, &a)) {
            read++;
            CHECK(a.dns_count <= MANIFEST_SERVERS_MAX && a.prefix <= 32);
        }
        free(frame);
    }
    printf("# 200000 answers, %u of them readable\n", read);
    CHECK(read > 1000 && read < 199000);
}

static const uint8_t advertisement[] = {
    0x33, 0x33, 0, 0, 0,  1,   0x52, 0x56, 0,   0,    0,  2, 0x86, 0xdd, 0x60, 0,
    0,    0,    0, 0, 58, 255, 0xfe, 0x80, 0,   0,    0,  0, 0,    0,    0,    0,
    0,    0,    0, 0, 0,  2,   0xff, 2,    0,   0,    0,  0, 0,    0,    0,    0,
    0,    0,    0, 0, 0,  1,   134,  0,    0,   0,    64, 0, 7,    8,    0,    0,
    0,    0,    0, 0, 0,  0,   3,    4,    64,  0xc0, 0,  1, 0x51, 0x80, 0,    0,
    0x38, 0x40, 0, 0, 0,  0,   0x20, 1,    0xd, 0xb8, 0,  7, 0,    0,    0,    0,
    0,    0,    0, 0, 0,  0,   25,   3,    0,   0,    0,  0, 2,    0x58, 0x20, 1,
    0xd,  0xb8, 0, 7, 0,  0,   0,    0,    0,   0,    0,  0, 0,    0x53};

/* With the length and the sum that it must have. */
static void complete(uint8_t *frame, uint32_t length)
{
    uint16_t bytes = __builtin_bswap16((uint16_t)(length - 54));

    memcpy(frame + 18, &bytes, 2);
    memset(frame + 56, 0, 2);
    uint16_t sum = (uint16_t)~checksum_add(frame + 22, 32 + length - 54, bytes + (58u << 8));

    memcpy(frame + 56, &sum, 2);
}

static void advertisements_are_read(void)
{
    uint8_t good[sizeof advertisement];
    struct slaac_router r;
    uint32_t read = 0;

    memcpy(good, advertisement, sizeof good);
    complete(good, sizeof good);
    CHECK(slaac_read(good, sizeof good, &r) && r.has_prefix && r.is_default && r.dns_count == 1);
    CHECK(!memcmp(r.prefix, good + 86, 8) && !memcmp(r.address, good + 22, 16) &&
          r.dns[0][15] == 0x53);
    srand(2);
    for (uint32_t i = 0; i < 200000; i++) {
        uint32_t here = i % 3 ? (uint32_t)sizeof good : 54 + (uint32_t)rand() % (sizeof good - 53);
        uint8_t *frame = malloc(here);

        memcpy(frame, good, here);
        for (uint32_t k = (uint32_t)rand() % 4; k; k--)
            frame[(uint32_t)rand() % here] = (uint8_t)rand();
        if (i % 8 && here >= 58) /* else the sum or the length is wrong */
            complete(frame, here);
        if (slaac_read(frame, here, &r)) {
            read++;
            CHECK(r.dns_count <= MANIFEST_SERVERS_MAX);
        }
        free(frame);
    }
    printf("# 200000 advertisements, %u of them readable\n", read);
    CHECK(read > 1000 && read < 199000);
}

int main(void)
{
    TEST(advertisements_are_read);
    TEST(an_offer_is_read);
    TEST(questions_say_what_they_must);
    TEST(damaged_answers_do_no_harm);
    return TAP_END();
}
