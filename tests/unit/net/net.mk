# SPDX-License-Identifier: MIT
# net.mk - host tests of kernel/net's pure parts under ASan and UBSan; `make fuzz-net`.
UNIT_N       := $(B)/tests/unit/net
UNIT_N_FLAGS := -std=gnu17 -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined -Wall -Wextra -Werror \
  -Itests/unit/kernel/fake -Itests/unit/kernel -Itests/unit/net -Ikernel -I. -I$(B)/gen -pthread
UNIT_TESTS   += $(UNIT_N)/filter_test $(UNIT_N)/key_test $(UNIT_N)/card_test $(UNIT_N)/send_test

$(UNIT_N)/filter_test: tests/unit/net/filter_test.c kernel/net/filter.c kernel/net/key.c kernel/core/cap.c kernel/core/rules.c $(wildcard kernel/net/*.h abi/exo_net.h)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(UNIT_N_FLAGS) -O2 -o $@ $(filter %.c,$^)

$(UNIT_N)/key_test: tests/unit/net/key_test.c kernel/net/key.c tests/unit/net/key_check.h tests/unit/net/packets.h $(wildcard kernel/net/*.h abi/exo_net.h)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(UNIT_N_FLAGS) -O2 -o $@ $(filter %.c,$^)

$(UNIT_N)/card_test: tests/unit/net/card_test.c kernel/dev/virtio_net.c kernel/dev/nic.h abi/exo_net.h
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(UNIT_N_FLAGS) -O2 -o $@ $<

$(UNIT_N)/send_test: tests/unit/net/send_test.c kernel/net/ring.c kernel/net/filter.c kernel/net/key.c kernel/core/cap.c kernel/core/rules.c $(wildcard kernel/net/*.h kernel/dev/nic.h abi/exo_net.h)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(UNIT_N_FLAGS) -O2 -o $@ $(filter %.c,$^)

$(UNIT_N)/key_fuzz: tests/unit/net/key_fuzz.c kernel/net/key.c tests/unit/net/key_check.h
	$(Q)mkdir -p $(@D)
	$(Q)clang -std=gnu17 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined -Itests/unit/net \
	  -Ikernel -I. -o $@ $(filter %.c,$^)

.PHONY: fuzz-net
S ?= 60
fuzz-net: $(UNIT_N)/key_fuzz ## S=seconds: the receive parse under libFuzzer (needs clang)
	$(Q)mkdir -p $(UNIT_N)/corpus
	$(Q)$(UNIT_N)/key_fuzz -max_total_time=$(S) -max_len=512 -print_final_stats=1 $(UNIT_N)/corpus
