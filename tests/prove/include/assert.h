/* SPDX-License-Identifier: MIT */
/* assert.h - for the prover alone, whose front end does not know all that gcc does in static assertions. */
#define static_assert(condition, text)
