# SPDX-License-Identifier: MIT
# Host tests of kernel/core and base under ASan and UBSan, on a machine made of malloc.
UNIT_K       := $(B)/tests/unit/kernel
UNIT_K_FLAGS := -std=gnu17 -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined -Wall -Wextra -Werror \
  -Itests/unit/kernel/fake -Itests/unit/kernel -Ikernel -I. -I$(B)/gen
UNIT_TESTS   += $(UNIT_K)/cap_test $(UNIT_K)/memory_test $(UNIT_K)/klog_format_test $(UNIT_K)/string_test $(UNIT_K)/siphash_test $(UNIT_K)/checksum_test

$(UNIT_K)/cap_test: tests/unit/kernel/cap_test.c kernel/core/cap.c kernel/core/rules.c kernel/core/cap.h kernel/core/rules.h
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(UNIT_K_FLAGS) -pthread -o $@ $(filter %.c,$^)

$(UNIT_K)/memory_test: tests/unit/kernel/memory_test.c tests/unit/kernel/fake/machine.c kernel/core/cap.c kernel/core/rules.c \
    kernel/core/frame.c kernel/core/table.c kernel/core/dma.c $(wildcard kernel/core/*.h tests/unit/kernel/fake/*.h) $(GEN)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(UNIT_K_FLAGS) -o $@ $(filter %.c,$^)

$(UNIT_K)/klog_format_test: tests/unit/kernel/klog_format_test.c kernel/core/klog_format.c
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(UNIT_K_FLAGS) -Wno-format-truncation -o $@ $(filter %.c,$^)

$(UNIT_K)/string_test: tests/unit/kernel/string_test.c base/string.c lib/exo/string.c
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(UNIT_K_FLAGS) -fno-builtin -o $@ $<

$(UNIT_K)/siphash_test: tests/unit/kernel/siphash_test.c base/siphash.c
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(UNIT_K_FLAGS) -o $@ $(filter %.c,$^)

$(UNIT_K)/checksum_test: tests/unit/kernel/checksum_test.c lib/exo/checksum.h
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(UNIT_K_FLAGS) -o $@ $<
