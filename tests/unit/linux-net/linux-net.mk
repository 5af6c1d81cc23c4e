# SPDX-License-Identifier: MIT
# linux-net.mk - host tests of libos/linux/net's pure parts under ASan and UBSan; `make fuzz-segments`.
UNIT_LN      := $(B)/tests/unit/linux-net
UNIT_LN_FLAGS := -std=gnu17 -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined -Wall -Wextra -Werror -Itests/unit/kernel \
  -Itests/unit/linux-net -I.
SEGMENT_C    := libos/linux/net/lwip/cut.c libos/linux/net/lwip/merge.c
SEGMENT_H    := libos/linux/net/lwip/cut.h libos/linux/net/lwip/merge.h lib/exo/checksum.h tests/unit/linux-net/segment_check.h
UNIT_TESTS   += $(UNIT_LN)/segment_test

$(UNIT_LN)/segment_test: tests/unit/linux-net/segment_test.c $(SEGMENT_C) $(SEGMENT_H)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(UNIT_LN_FLAGS) -o $@ $(filter %.c,$^)

$(UNIT_LN)/segment_fuzz: tests/unit/linux-net/segment_fuzz.c $(SEGMENT_C) $(SEGMENT_H)
	$(Q)mkdir -p $(@D)
	$(Q)clang $(UNIT_LN_FLAGS) -fsanitize=fuzzer -o $@ $(filter %.c,$^)

.PHONY: fuzz-segments
fuzz-segments: $(UNIT_LN)/segment_fuzz ## S=seconds: cutting and merging of TCP segments under libFuzzer (needs clang)
	$(Q)mkdir -p $(UNIT_LN)/corpus
	$(Q)$(UNIT_LN)/segment_fuzz -max_total_time=$(S) -max_len=512 -print_final_stats=1 $(UNIT_LN)/corpus
