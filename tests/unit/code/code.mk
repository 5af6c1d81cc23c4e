# SPDX-License-Identifier: MIT
# code.mk - host tests of downloaded code: domain, verifier, generated programs; `make fuzz`.
CODE_T       := $(B)/tests/unit/code
CODE_FLAGS   := -std=gnu17 -g -Wall -Wextra -Wshadow -Werror -Ikernel -Itests/unit/code -Itests/unit/kernel -I.
CODE_SAFE    := -O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined
CODE_KERNEL  := $(filter-out kernel/code/check.c,$(wildcard kernel/code/*.c)) # oracle.c includes check.c
CODE_COMMON  := tests/unit/code/oracle.c tests/unit/code/interpret.c $(CODE_KERNEL)
CODE_DEPS    := kernel/code/check.c $(wildcard kernel/code/*.h tests/unit/code/*.h) abi/exo_code.h
UNIT_TESTS   += $(CODE_T)/domain_test $(CODE_T)/check_test $(CODE_T)/conformance_test $(CODE_T)/object_test $(CODE_T)/fuzz

$(CODE_T)/domain_test: tests/unit/code/domain_test.c kernel/code/domain.c $(CODE_DEPS)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CODE_FLAGS) $(CODE_SAFE) -o $@ $(filter-out kernel/code/check.c,$(filter %.c,$^))

$(CODE_T)/check_test: tests/unit/code/check_test.c $(CODE_COMMON) $(CODE_DEPS)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CODE_FLAGS) $(CODE_SAFE) -o $@ $(filter-out kernel/code/check.c,$(filter %.c,$^))

$(CODE_T)/conformance_test: tests/unit/code/conformance_test.c tests/unit/code/native.c $(CODE_COMMON) $(CODE_DEPS)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CODE_FLAGS) $(CODE_SAFE) -o $@ $(filter-out kernel/code/check.c,$(filter %.c,$^))

$(CODE_T)/fuzz: tests/unit/code/fuzz.c tests/unit/code/generate.c tests/unit/code/native.c $(CODE_COMMON) $(CODE_DEPS)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CODE_FLAGS) $(CODE_SAFE) -o $@ $(filter-out kernel/code/check.c,$(filter %.c,$^))

# Samples need clang; without it object_test skips.
CLANG_BPF    := clang -target bpf -mcpu=v3 -O2 -g -ffreestanding -fno-jump-tables -Wall -Werror -I.
CODE_SAMPLES := $(if $(shell command -v clang),$(patsubst %.c,$(CODE_T)/samples/%.o,\
                  $(notdir $(wildcard tests/unit/code/samples/*.c apps/handlers/*.c))))

$(CODE_T)/samples/%.o: tests/unit/code/samples/%.c abi/exo_code.h lib/exo/code_program.h
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG_BPF) -c -o $@ $<

$(CODE_T)/samples/%.o: apps/handlers/%.c abi/exo_code.h lib/exo/code_program.h apps/kv_table.h apps/echo_table.h
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG_BPF) -c -o $@ $<

$(CODE_T)/object_test: tests/unit/code/object_test.c tests/unit/code/interpret.c tests/unit/code/native.c \
    $(wildcard kernel/code/*.c) lib/exo/code_object.c lib/exo/code_link.c $(CODE_DEPS) lib/exo/code_object.h $(CODE_SAMPLES)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CODE_FLAGS) $(CODE_SAFE) -o $@ $(sort $(filter %.c,$^))

# The same without sanitizers, for long runs.
$(CODE_T)/fuzz-fast: tests/unit/code/fuzz.c tests/unit/code/generate.c tests/unit/code/native.c $(CODE_COMMON) $(CODE_DEPS)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CODE_FLAGS) -O2 -o $@ $(filter-out kernel/code/check.c,$(filter %.c,$^))

# libFuzzer targets, with seeds from the generator and the samples.
FUZZ_FLAGS := -std=gnu17 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined -Wall -Ikernel -Itests/unit/code -I.

$(B)/fuzz/verify: tests/fuzz/code/verify_fuzz.c tests/unit/code/native.c $(CODE_COMMON) $(CODE_DEPS)
	$(Q)mkdir -p $(@D)
	$(Q)clang $(FUZZ_FLAGS) -o $@ $(filter-out kernel/code/check.c,$(filter %.c,$^))

$(B)/fuzz/object: tests/fuzz/code/object_fuzz.c $(wildcard kernel/code/*.c) lib/exo/code_object.c lib/exo/code_link.c
	$(Q)mkdir -p $(@D)
	$(Q)clang $(FUZZ_FLAGS) -o $@ $(filter %.c,$^)

.PHONY: fuzz
N ?= 1000000
SEED ?= 1
S ?= 60
fuzz: $(if $(filter verify object,$(T)),$(B)/fuzz/$(T) $(CODE_SAMPLES),$(CODE_T)/fuzz-fast) ## N=programs SEED=first: generated programs; T=verify or T=object S=seconds: libFuzzer
ifneq ($(filter verify object,$(T)),)
	$(Q)mkdir -p $(B)/fuzz/corpus-$(T) && { [ $(T) = verify ] || cp $(CODE_SAMPLES) $(B)/fuzz/corpus-$(T); }
	$(Q)[ $(T) = object ] || { make -s $(CODE_T)/fuzz-fast && $(CODE_T)/fuzz-fast dump $(B)/fuzz/corpus-$(T); }
	$(Q)$(B)/fuzz/$(T) -max_total_time=$(S) -max_len=8192 -artifact_prefix=$(B)/fuzz/ $(B)/fuzz/corpus-$(T)
else
	$(Q)$(CODE_T)/fuzz-fast $(N) $(SEED)
endif
