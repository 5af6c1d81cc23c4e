/* SPDX-License-Identifier: MIT */
/* address.c - IP addresses as text. Source: RFC 4291, "Text Representation of Addresses". */
#include "lib/exo/address.h"
#include "lib/exo/format.h"
#include "lib/exo/string.h"

/* A decimal number of at most three digits without leading zero, up to `high`; the end, or NULL. */
static const char *decimal(const char *text, uint32_t high, uint32_t *value)
{
    const char *at = text;

    *value = 0;
    while (at < text + 3 && *at >= '0' && *at <= '9')
        *value = *value * 10 + (uint32_t)(*at++ - '0');
    if (at == text || *value > high || (*text == '0' && at != text + 1))
        return NULL;
    return at;
}

static const char *dotted(const char *text, uint8_t *bytes)
{
    for (int i = 0; i < 4; i++) {
        uint32_t value;

        if (i && *text++ != '.')
            return NULL;
        text = decimal(text, 255, &value);
        if (!text)
            return NULL;
        bytes[i] = (uint8_t)value;
    }
    return text;
}

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Groups of hexadecimal digits; `::` once, for at least one group of zeros. */
static const char *groups(const char *text, uint8_t *bytes)
{
    uint32_t count = 0;
    uint32_t gap = UINT32_MAX;

    memset(bytes, 0, 16);
    if (text[0] == ':' && text[1] != ':')
        return NULL;
    while (count < 8) {
        uint32_t value = 0;
        uint32_t digits = 0;

        if (text[0] == ':' && text[1] == ':') {
            if (gap != UINT32_MAX)
                return NULL;
            gap = count;
            text += 2;
        } else if (count && *text == ':') {
            text++;
        } else if (count) {
            break;
        }
        while (digits < 4 && hex(*text) >= 0) {
            value = value << 4 | (uint32_t)hex(*text++);
            digits++;
        }
        if (!digits) {
            if (gap != count)
                return NULL;
            break; /* `::` at the end */
        }
        bytes[count * 2] = (uint8_t)(value >> 8);
        bytes[count * 2 + 1] = (uint8_t)value;
        count++;
    }
    if (gap == UINT32_MAX)
        return count == 8 ? text : NULL;
    if (count == 8)
        return NULL;
    memmove(bytes + 16 - (count - gap) * 2, bytes + gap * 2, (count - gap) * 2);
    memset(bytes + gap * 2, 0, (8 - count) * 2);
    return text;
}

bool exo_address_parse(const char *text, uint8_t *address, bool *ipv6, uint32_t *prefix)
{
    *ipv6 = strchr(text, ':') != NULL;
    if (*ipv6) {
        text = groups(text, address);
    } else {
        memset(address, 0, 10);
        address[10] = address[11] = 0xff;
        text = dotted(text, address + 12);
    }
    if (!text)
        return false;
    uint32_t bits = *ipv6 ? 128 : 32;

    if (prefix)
        *prefix = bits;
    if (!*text)
        return true;
    if (*text != '/' || !prefix)
        return false;
    text = decimal(text + 1, bits, prefix);
    return text && !*text;
}

const char *exo_address_text(const uint8_t *address, char *text)
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

    if (!memcmp(address, mapped, 12)) {
        format(text, EXO_ADDRESS_TEXT, "%u.%u.%u.%u", address[12], address[13], address[14],
               address[15]);
        return text;
    }
    for (int i = 0, at = 0; i < 8; i++)
        at += format(text + at, EXO_ADDRESS_TEXT - (uint32_t)at, "%s%x", i ? ":" : "",
                     (unsigned)(address[i * 2] << 8 | address[i * 2 + 1]));
    return text;
}
