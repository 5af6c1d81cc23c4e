/* SPDX-License-Identifier: MIT */
/*
 * exo_manifest.h - how large the manifest (docs/boot-image.md) may be: the host refuses before it starts a machine
 * what init would refuse in it.
 */
#pragma once

#define MANIFEST_BYTES_MAX     524288
#define MANIFEST_LINE_MAX      65536
#define MANIFEST_ITEMS_MAX     8192 /* arg, env and option lines */
#define MANIFEST_INSTANCES_MAX 31   /* one event bit each, one slice position at least */
