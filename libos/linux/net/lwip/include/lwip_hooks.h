/* SPDX-License-Identifier: MIT */
/* lwip_hooks.h - what lwIP calls out for is declared in arch/cc.h. */
#pragma once
