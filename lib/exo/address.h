/* SPDX-License-Identifier: MIT */
/* address.h - IP addresses as text. Pure; linked into the host's command and tests, too. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/*
 * exo_address_parse - 10.0.2.15 or fec0::15, maybe with /prefix.
 *
 * address  16 bytes; IPv4 as ::ffff:a.b.c.d
 * ipv6     set to which of them it is
 * prefix   set to the prefix, of 32 or 128 bits; NULL: none may follow. Without one: 32 or 128
 *
 * Returns  false: it is no address
 */
bool exo_address_parse(const char *text, uint8_t *address, bool *ipv6, uint32_t *prefix);

/* exo_address_text - the other way; `text` has room for EXO_ADDRESS_TEXT bytes. IPv6 is not shortened. */
#define EXO_ADDRESS_TEXT 40
const char *exo_address_text(const uint8_t *address, char *text);
