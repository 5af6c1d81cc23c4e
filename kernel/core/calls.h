/* SPDX-License-Identifier: MIT */
/* calls.h - prototypes of the kernel-call handlers, generated from abi/calls.def, and what all of core uses. */
#pragma once
#include "core/call.h"
#include "core/klog.h"
#include "call_prototypes.h"
