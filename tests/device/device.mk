# SPDX-License-Identifier: MIT
# device.mk - the virtio card that tests run as a host program, under ASan and UBSan; and without, for measurements.
DEVICE_C     := $(sort $(wildcard tests/device/*.c))
DEVICE_FLAGS := -std=gnu17 -g -Wall -Wextra -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Wvla -Wundef -Werror -I.

$(B)/tests/device/vhost_net: $(DEVICE_C) $(wildcard tests/device/*.h)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(DEVICE_FLAGS) -O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined -o $@ $(DEVICE_C)

$(B)/bench/net/vhost_net: $(DEVICE_C) $(wildcard tests/device/*.h)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(DEVICE_FLAGS) -O2 -o $@ $(DEVICE_C)

.PHONY: device
device: $(B)/tests/device/vhost_net $(B)/bench/net/vhost_net ## the virtio card as a host program: tests/device/vhost_net.c
