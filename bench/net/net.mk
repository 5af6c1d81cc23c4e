# SPDX-License-Identifier: MIT
# net.mk - network benchmarks: build/bench/net/demux.elf, the kernel's filters as an app.
BENCH_N   := $(B)/bench/net
BENCH_N_O := $(BENCH_N)/demux.o $(BENCH_N)/first.o $(BENCH_N)/key.o $(BENCH_N)/cap.o $(BENCH_N)/rules.o
BENCH_N_FLAGS := $(EXO_FLAGS) -Ibench/net/arch -Ikernel

$(BENCH_N)/%.o: bench/net/%.c $(GEN)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(BENCH_N_FLAGS) -MMD -c $< -o $@
$(BENCH_N)/%.o: kernel/net/%.c $(GEN)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(BENCH_N_FLAGS) -MMD -c $< -o $@
$(BENCH_N)/%.o: kernel/core/%.c $(GEN)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(BENCH_N_FLAGS) -MMD -c $< -o $@

$(BENCH_N)/demux.elf: $(BENCH_N_O) $(EXO_LIB) lib/exo/libos.ld
	$(Q)$(EXO_LINK) -o $@ $(BENCH_N_O) $(EXO_LIB)

$(BENCH_N)/spin.o $(BENCH_N)/deaf.o: $(BENCH_N)/%.o: bench/net/%.c $(GEN)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(EXO_FLAGS) -Wconversion -MMD -c $< -o $@
$(BENCH_N)/spin.elf $(BENCH_N)/deaf.elf: %.elf: %.o $(EXO_LIB) lib/exo/libos.ld
	$(Q)$(EXO_LINK) -o $@ $< $(EXO_LIB)

-include $(BENCH_N_O:.o=.d) $(BENCH_N)/spin.d $(BENCH_N)/deaf.d
