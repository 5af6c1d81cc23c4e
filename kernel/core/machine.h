/* SPDX-License-Identifier: MIT */
/* machine.h - exposed tables that core shows but does not keep. */
#pragma once
#include "core/arch.h"

extern const struct exo_device *device_table; /* EXO_DEVICE_MAX rows; set at boot by who keeps it */
