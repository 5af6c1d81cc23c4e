/* SPDX-License-Identifier: MIT */
/* manifest_test.c - the manifest parser on the host: what it accepts, each error with its place,
 * and chance. */
#include "libos/init/manifest.h"
#include <stdlib.h>
#include <string.h>
#include "tap.h"

#define ITEMS 64

static struct manifest_item items[ITEMS];
static struct manifest manifest;
static char *text;

/* The copy is exactly as long as the parser may touch, so that ASan sees a byte too many. */
static bool parse(const char *from, size_t bytes)
{
    free(text);
    text = malloc(bytes + 1);
    memcpy(text, from, bytes);
    manifest.items = items;
    manifest.item_limit = ITEMS;
    return manifest_parse(&manifest, text, bytes);
}

static bool accept(const char *from)
{
    return parse(from, strlen(from));
}

static bool refuse(const char *from, uint32_t line, uint32_t column, const char *error)
{
    bool right = !accept(from) && manifest.error_line == line && manifest.error_column == column &&
                 strstr(manifest.error, error);

    if (!right)
        printf("# got %u:%u: %s\n", manifest.error_line, manifest.error_column, manifest.error);
    return right;
}

static void whole_manifest(void)
{
    CHECK(accept("# a comment\n\ninstance main # more\n  libos linux\n\troot root0.cpio\n  memory "
                 "440M\n  share 2\n"
                 "  restart on-failure\n  arg bash\n  arg -c\n  arg \"echo hi\"\n  env A=b=c\n  "
                 "env \"B= x\"\n  cwd /tmp\n"
                 "  tty stdin\n  tty stderr\n  window 24 80\n  option verbose 1\ninstance "
                 "b-2\nlibos hello\nmemory rest"));
    CHECK(manifest.count == 2);
    const struct manifest_instance *a = &manifest.instance[0];

    CHECK(!strcmp(a->name, "main") && !strcmp(a->libos, "linux") && !strcmp(a->root, "root0.cpio"));
    CHECK(a->memory_bytes == 440ull << 20 && a->share == 2 && a->restart == RESTART_ON_FAILURE);
    CHECK(!strcmp(a->cwd, "/tmp") && a->tty_mask == 5 && a->rows == 24 && a->columns == 80);
    CHECK(manifest.item_count == 6);
    CHECK(items[2].list == MANIFEST_ARG && !strcmp(items[2].text, "echo hi"));
    CHECK(items[3].list == MANIFEST_ENV && !strcmp(items[3].text, "A=b=c"));
    CHECK(!strcmp(items[4].text, "B= x"));
    CHECK(items[5].list == MANIFEST_OPTION && !strcmp(items[5].text, "verbose") &&
          !strcmp(items[5].value, "1"));
    CHECK(manifest.instance[1].memory_bytes == MANIFEST_REST && manifest.instance[1].share == 1);
    CHECK(!strcmp(manifest.instance[1].cwd, "/"));
}

static void quoting(void)
{
    const char *head = "instance m\nlibos l\nmemory 1M\narg ";
    char line[200];

    snprintf(line, sizeof line, "%s\"a\\\"b\\\\c\\n\\t\\x41\\xff # no comment\" # comment\n", head);
    CHECK(accept(line));
    CHECK(!strcmp(items[0].text, "a\"b\\c\n\tA\xff # no comment"));
    snprintf(line, sizeof line, "%s\"\"", head);
    CHECK(accept(line) && items[0].text[0] == '\0');
    snprintf(line, sizeof line, "%sa#b\r\n", head);
    CHECK(accept(line) && !strcmp(items[0].text, "a#b"));
    CHECK(refuse("instance m\narg \"open\n", 2, 5, "not closed"));
    CHECK(refuse("instance m\narg \"a\"b\n", 2, 8, "blank must follow"));
    CHECK(refuse("instance m\narg a\"b\"\n", 2, 6, "quote inside"));
    CHECK(refuse("instance m\narg \"\\q\"\n", 2, 6, "unknown escape"));
    CHECK(refuse("instance m\narg \"\\xZ1\"\n", 2, 6, "hexadecimal"));
    CHECK(refuse("instance m\narg \"\\x00\"\n", 2, 6, "zero byte"));
    CHECK(refuse("instance m\narg \"\\x4", 2, 6, "hexadecimal"));
}

static void errors(void)
{
    CHECK(refuse("", 0, 1, "no instance"));
    CHECK(refuse("memory 1M\n", 1, 1, "before the first instance"));
    CHECK(refuse("instance a\n  colour red\n", 2, 3, "unknown key: colour"));
    CHECK(refuse("instance\n", 1, 9, "name is missing"));
    CHECK(refuse("instance Main\n", 1, 10, "only a-z"));
    CHECK(refuse("instance 0123456789012345678901234567890123\n", 1, 10, "1 to 31"));
    CHECK(refuse("instance a\nlibos l\nmemory 1M\ninstance a\n", 4, 10, "used twice"));
    CHECK(refuse("instance a\nlibos l\n", 2, 1, "no memory"));
    CHECK(refuse("instance a\nmemory 1M\n", 2, 1, "no libos"));
    CHECK(refuse("instance a\nmemory 1M 2\n", 2, 11, "more than the key takes"));
    CHECK(refuse("instance a\nmemory M\n", 2, 8, "bad amount"));
    CHECK(refuse("instance a\nmemory 12\n", 2, 8, "bad amount"));
    CHECK(refuse("instance a\nmemory 1MB\n", 2, 8, "bad amount"));
    CHECK(refuse("instance a\nmemory -1M\n", 2, 8, "bad amount"));
    CHECK(refuse("instance a\nmemory 0M\n", 2, 8, "out of range"));
    CHECK(refuse("instance a\nmemory 99999999999999999999M\n", 2, 8, "too large"));
    CHECK(refuse("instance a\nmemory 17179869185G\n", 2, 8, "out of range"));
    CHECK(refuse("instance a\nshare 0\n", 2, 7, "1 to 63"));
    CHECK(refuse("instance a\nshare 64\n", 2, 7, "1 to 63"));
    CHECK(refuse("instance a\nshare two\n", 2, 7, "no number"));
    CHECK(refuse("instance a\nrestart maybe\n", 2, 9, "restart policy"));
    CHECK(refuse("instance a\nenv A\n", 2, 5, "NAME=VALUE"));
    CHECK(refuse("instance a\nenv =b\n", 2, 5, "NAME=VALUE"));
    CHECK(refuse("instance a\ncwd tmp\n", 2, 5, "begin with /"));
    CHECK(refuse("instance a\ntty stdlog\n", 2, 5, "no stream"));
    CHECK(refuse("instance a\nwindow 24\n", 2, 10, "columns is missing"));
    CHECK(refuse("instance a\nwindow 24 65536\n", 2, 11, "0 to 65535"));
    CHECK(refuse("instance a\noption x\n", 2, 9, "value is missing"));
    CHECK(refuse("instance a\nlibos l\nmemory rest\ninstance b\nlibos l\nmemory rest", 6, 1,
                 "more than one"));
}

static void limits(void)
{
    static char big[200000];
    size_t at = (size_t)snprintf(big, sizeof big, "instance a\nlibos l\nmemory 1M\n");

    for (int i = 0; i < ITEMS; i++)
        at += (size_t)snprintf(big + at, sizeof big - at, "arg %d\n", i);
    CHECK(accept(big) && manifest.item_count == ITEMS);
    snprintf(big + at, sizeof big - at, "arg x\n");
    CHECK(refuse(big, ITEMS + 4, 5, "too many"));
    memset(big, 'x', sizeof big - 1);
    memcpy(big, "instance a\narg ", 15);
    CHECK(refuse(big, 2, 65537, "longer than"));
    at = 0;
    for (int i = 0; i < MANIFEST_INSTANCES_MAX + 1; i++)
        at += (size_t)snprintf(big + at, sizeof big - at, "instance i%d\nlibos l\nmemory 1M\n", i);
    CHECK(refuse(big, MANIFEST_INSTANCES_MAX * 3 + 1, 10, "more than 31"));
    CHECK(!parse("instance a\nlibos a\0b\n", 21) && strstr(manifest.error, "zero byte"));
}

/* Every prefix, and 200,000 mutations: no byte outside is touched, and an error always has a place
 * and a text. */
static void chance(void)
{
    static const char seed[] =
        "instance main\n libos \"li\\x41nux\"\n root r\n memory 4M\n share 3\n restart always\n"
        " arg \"a \\\"b\" # c\n env A=1\n cwd /x\n tty stdin\n window 1 2\n option a b\n";
    char copy[sizeof seed];
    unsigned state = 1;

    for (size_t n = 0; n < sizeof seed; n++)
        CHECK(parse(seed, n) || (manifest.error[0] && manifest.error_column));
    for (int i = 0; i < 200000; i++) {
        memcpy(copy, seed, sizeof seed);
        for (int k = 0; k < 3; k++) {
            state = state * 1664525 + 1013904223;
            copy[(state >> 8) % (sizeof seed - 1)] = "\"\\\n #xA0\0=/i"[(state >> 24) % 12];
        }
        CHECK(parse(copy, sizeof seed - 1) || (manifest.error[0] && manifest.error_column));
    }
}

static void network(void)
{
    CHECK(accept("instance a\nlibos x\nmemory 1M\naddress 10.0.2.15/24\naddress fec0::1/64\n"
                 "gateway 10.0.2.2\ngateway fec0::2\ndns 10.0.2.3\nport 80\nport 53/udp\n"
                 "instance b\nlibos x\nmemory 1M\naddress 10.0.2.15/24\nport 53\n"));
    const struct manifest_net *a = &manifest.instance[0].net;
    const struct manifest_net *b = &manifest.instance[1].net;

    CHECK(a->address_count == 2 && a->address[0].prefix == 24 && a->address[1].ipv6);
    CHECK(a->address[0].shared && !a->address[1].shared && b->address[0].shared);
    CHECK(a->port_count == 2 && a->port[0].port == 80 && a->port[0].protocol == 6);
    CHECK(a->port[1].port == 53 && a->port[1].protocol == 17 && b->port[0].protocol == 6);
    CHECK(a->gateway4[15] == 2 && a->gateway6[15] == 2 && a->dns_count == 1 && a->dns[0][15] == 3);
    CHECK(accept("instance a\nlibos x\nmemory 1M\naddress fec0::1/64\naddress dhcp\nport 53\n"));
    CHECK(accept("instance a\nlibos x\nmemory 1M\naddress auto\n") &&
          manifest.instance[0].net.autoconf);
    CHECK(accept("instance a\nlibos x\nmemory 1M\naddress fec0::1/64\naddress dhcp\nport 53\n"));
    CHECK(manifest.instance[0].net.dhcp && manifest.instance[0].net.address_count == 1);
    CHECK(refuse("instance a\nlibos x\nmemory 1M\naddress 1.2.3.4/24\naddress dhcp\n", 1, 1,
                 "an IPv4 address and dhcp"));
    CHECK(refuse("instance a\naddress 1.2.3.4/24\naddress 1.2.3.4/8\n", 3, 9, "twice"));
    CHECK(refuse("instance a\nport 65536\n", 2, 6, "bad port"));
    CHECK(refuse("instance a\nport 80\nport 80/tcp\n", 3, 6, "twice"));
    CHECK(refuse("instance a\ndns fec0::1/64\n", 2, 5, "bad address"));
    CHECK(refuse("instance a\ngateway\n", 2, 8, "missing"));
}

static void memory_policy(void)
{
    CHECK(accept(
        "instance a\nlibos x\nmemory rest\ninstance b\nlibos x\nmemory 64M\nreserve 16M\npriority "
        "3\nweight 250\ndeadline 200\nafter a writes\ninstance c\nlibos x\nmemory 8M\nafter b "
        "ends"));
    const struct manifest_instance *a = &manifest.instance[0], *b = a + 1, *c = a + 2;

    CHECK(manifest_reserve(a) == 16ull << 20 && a->weight == 100 && a->priority == 8 &&
          a->deadline_ms == 10000 && a->after == AFTER_NOTHING);
    CHECK(manifest_reserve(b) == 16ull << 20 && b->weight == 250 && b->priority == 3 &&
          b->deadline_ms == 200 && b->after == AFTER_WRITES && b->after_instance == 0);
    CHECK(manifest_reserve(c) == 8ull << 20 && c->after == AFTER_ENDS && c->after_instance == 1);
    CHECK(refuse("instance a\nreserve rest", 2, 9, "bad amount of memory: rest; write 440M"));
    CHECK(refuse("instance a\nweight 0", 2, 8, "the weight must be 1 to 1000"));
    CHECK(refuse("instance a\npriority 16", 2, 10, "the priority must be 0 to 15"));
    CHECK(refuse("instance a\ndeadline 0", 2, 10, "must be 1 to"));
    CHECK(refuse("instance a\nafter b ends", 2, 7, "no instance b above"));
    CHECK(refuse("instance a\nafter a ends", 2, 7, "no instance a above"));
    CHECK(refuse("instance a\ninstance b\nafter a starts", 3, 9, "bad event: starts"));
    CHECK(refuse("instance a\nlibos x\nmemory 8M\nreserve 9M", 4, 1, "reserves more than"));
}

static void devices(void)
{
    CHECK(accept("instance a\nlibos x\nmemory 1M\ndevice 1b36:0010 # a disk\n"
                 "device 8086:10D3 trusted\n"));
    const struct manifest_instance *a = &manifest.instance[0];

    CHECK(a->device_count == 2 && a->device[0].vendor == 0x1b36 && a->device[0].device == 0x10);
    CHECK(!a->device[0].trusted && a->device[1].device == 0x10d3 && a->device[1].trusted);
    CHECK(refuse("instance a\ndevice\n", 2, 7, "missing"));
    CHECK(refuse("instance a\ndevice 1b36\n", 2, 8, "bad device"));
    CHECK(refuse("instance a\ndevice 1b36:001g\n", 2, 8, "bad device"));
    CHECK(refuse("instance a\ndevice 1b36:0010 always\n", 2, 18, "bad word"));
    CHECK(refuse("instance a\ndevice 1b36:0010 trusted more\n", 2, 26, "more than"));
    CHECK(refuse("instance a\ndevice 0:1\n", 2, 8, "bad device"));
    CHECK(refuse("instance a\ndevice 1:1\n", 2, 8, "bad device"));
    CHECK(refuse("device 1b36:0010\n", 1, 1, "before the first"));
}

int main(void)
{
    TEST(network);
    TEST(devices);
    TEST(whole_manifest);
    TEST(memory_policy);
    TEST(quoting);
    TEST(errors);
    TEST(limits);
    TEST(chance);
    free(text);
    return TAP_END();
}
