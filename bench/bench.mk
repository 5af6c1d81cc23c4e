# SPDX-License-Identifier: MIT
# bench.mk - host programs of the benchmarks.
BENCH_SAMPLES := udp_echo inode kv

$(B)/bench/native/%.o: tests/unit/code/samples/%.c lib/exo/code_program.h
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -std=gnu17 -O2 -Wno-address-of-packed-member -DEXO_CODE_NATIVE -I. -c -o $@ $<

$(B)/bench/native/%.o: apps/handlers/%.c lib/exo/code_program.h
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -std=gnu17 -O2 -Wno-address-of-packed-member -DEXO_CODE_NATIVE -I. -c -o $@ $<

$(B)/bench/code: bench/code/code.c bench/code/native.c tests/unit/code/native.c tests/unit/code/interpret.c \
    lib/exo/code_object.c lib/exo/code_link.c $(wildcard kernel/code/*.[ch]) $(BENCH_SAMPLES:%=$(B)/bench/native/%.o) \
    $(CODE_SAMPLES)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CODE_FLAGS) -DEXO_CODE_NATIVE -O2 -o $@ $(filter %.c,$^) $(filter $(B)/bench/native/%.o,$^)
