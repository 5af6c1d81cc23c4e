# SPDX-License-Identifier: MIT
# Host test of the Linux LibOS's decoder of system call sites; `make fuzz-rewrite` runs libFuzzer on it for a minute.
REWRITE_SOURCES := libos/linux/rewrite/site.c libos/linux/rewrite/instruction.c tests/unit/linux-rewrite/site_test.c
UNIT_TESTS += $(B)/tests/unit/linux-rewrite/site_test

$(B)/tests/unit/linux-rewrite/site_test: $(REWRITE_SOURCES) libos/linux/rewrite/site.h libos/linux/rewrite/instruction.h tests/unit/kernel/tap.h
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -std=gnu17 -g -O1 $(WARN) -Wconversion -fsanitize=address,undefined -fno-sanitize-recover=undefined -I. -o $@ $(REWRITE_SOURCES)

.PHONY: fuzz-rewrite
fuzz-rewrite: ## libFuzzer on the decoder of system call sites (needs clang)
	$(Q)mkdir -p $(B)/tests/unit/linux-rewrite/corpus
	$(Q)clang -std=gnu17 -g -O1 -DFUZZ -fsanitize=fuzzer,address,undefined -I. -o $(B)/tests/unit/linux-rewrite/site_fuzz $(REWRITE_SOURCES)
	$(Q)$(B)/tests/unit/linux-rewrite/site_fuzz -max_total_time=60 -max_len=128 $(B)/tests/unit/linux-rewrite/corpus
