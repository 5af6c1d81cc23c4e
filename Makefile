# SPDX-License-Identifier: MIT
# Lorica's build: one Makefile, fragments per part, everything under build/. `make help` lists the verbs.

CC      := gcc
B       := build
Q       := @
WARN    := -Wall -Wextra -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Wvla -Wundef -Werror
STD     := -std=gnu17 -g -O2 -fno-delete-null-pointer-checks

.DEFAULT_GOAL := all
.PHONY: prove unit-build unit-list all help gen gen-check test lint loc size clean
.DELETE_ON_ERROR:

all: $(B)/lorica.elf ## kernel, LibOSes, apps and the host tool

help: ## this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 24

# --- Generated from abi/calls.def -------------------------------------------------------------------
GEN := $(B)/gen/exo_numbers.h $(B)/gen/exo_stubs.h $(B)/gen/call_table.h $(B)/gen/call_prototypes.h \
       $(B)/gen/call_cases.h

-include libos/linux/vdso/vdso.mk

$(B)/abigen: tools/abigen.c abi/calls.def abi/exo_types.h abi/exo_code.h
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(STD) $(WARN) -I. -o $@ tools/abigen.c

ABIGEN := $(filter-out %/vdso_bytes.h,$(GEN))
$(ABIGEN) &: $(B)/abigen
	$(Q)mkdir -p $(B)/gen
	$(Q)$(B)/abigen $(B)/gen $(B)/gen/calls.md

gen: $(GEN) ## tables from abi/calls.def; refreshes docs/calls.md
	$(Q)cp $(B)/gen/calls.md docs/calls.md

gen-check: $(GEN) ## is docs/calls.md what abi/calls.def says?
	$(Q)diff -u docs/calls.md $(B)/gen/calls.md || { echo "docs/calls.md is stale: run make gen"; exit 1; }

# --- Kernel -------------------------------------------------------------------------------------------
comma := ,
KERNEL_OFFSETS := kernel/arch/x86_64/offsets.c
KERNEL_C := $(filter-out $(KERNEL_OFFSETS),$(sort $(wildcard kernel/*.c kernel/core/*.c kernel/dev/*.c kernel/arch/x86_64/*.c kernel/code/*.c kernel/program/*.c \
              kernel/net/*.c kernel/disk/*.c))) base/string.c base/siphash.c
KERNEL_S := $(sort $(wildcard kernel/arch/x86_64/*.S))
KERNEL_O := $(KERNEL_C:%.c=$(B)/kernel/%.o) $(KERNEL_S:%.S=$(B)/kernel/%.o)
KERNEL_FLAGS = $(STD) $(WARN) -Wconversion -ffreestanding -mgeneral-regs-only -mno-red-zone -mcmodel=kernel \
  -fno-pic -fno-pie -fno-strict-aliasing -fno-common -fno-omit-frame-pointer -fno-asynchronous-unwind-tables \
  $(PROTECTOR) -mstack-protector-guard=global -fcf-protection=none -ftrivial-auto-var-init=zero \
  -Wframe-larger-than=2048 -Ikernel -Ikernel/arch/x86_64/include -I. -I$(B)/gen

# Guards behind arrays of bytes everywhere; behind any array where a call is not counted in single instructions.
PROTECTOR = -fstack-protector$(if $(filter kernel/code/% kernel/program/% kernel/dev/% tests/audit/%,$<),-strong)

$(B)/gen/kernel_offsets.h: $(KERNEL_OFFSETS) $(wildcard kernel/core/*.h kernel/arch/x86_64/*.h kernel/arch/x86_64/include/*.h) $(GEN)
	$(Q)$(CC) $(KERNEL_FLAGS) -S -o $(B)/gen/kernel_offsets.s $<
	$(Q)sed -nE 's/^#OFFSET (\w+) \$$([0-9]+)/#define \1 \2/p' $(B)/gen/kernel_offsets.s > $@

# The kernel that is released is compiled as a whole: calls between its files cost a tenth of its instructions otherwise. Not so what
# the compiler itself refers to. The kernels of tests are not: they are linked anew for each mutant.
KERNEL_LTO = $(if $(filter kernel/core/klog.c base/string.c,$<),,-flto)

$(B)/kernel/%.o: %.c $(GEN)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(KERNEL_FLAGS) $(KERNEL_LTO) -MMD -c $< -o $@

$(B)/kernel/%.o: %.S $(GEN) $(B)/gen/kernel_offsets.h
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(KERNEL_FLAGS) -MMD -c $< -o $@

KERNEL_LINK := ld -nostdlib -static -z max-page-size=4096 -z noexecstack --build-id=none --no-warn-rwx-segments \
  -T kernel/arch/x86_64/kernel.ld

KERNEL_LINK_WHOLE = $(CC) $(KERNEL_FLAGS) -flto -flto-partition=one -nostdlib -static $(patsubst %,-Wl$(comma)%,$(wordlist 2,99,$(KERNEL_LINK)))

# Linked twice: the first pass's symbols become the table that panics print from.
$(B)/lorica.elf: $(KERNEL_O) kernel/arch/x86_64/kernel.ld tools/symbols.awk $(B)/symbols0.o
	$(Q)$(KERNEL_LINK_WHOLE) -o $(B)/lorica.pass1 $(KERNEL_O) $(B)/symbols0.o
	$(Q)nm -n $(B)/lorica.pass1 | awk -f tools/symbols.awk > $(B)/symbols1.S
	$(Q)$(CC) -c $(B)/symbols1.S -o $(B)/symbols1.o
	$(Q)$(KERNEL_LINK_WHOLE) -o $@ $(KERNEL_O) $(B)/symbols1.o

# A header that is gone: what was made with it is made anew.
%.h: ;

-include $(KERNEL_O:.o=.d)

# The test kernel: the same sources with KERNEL_TEST, and tests/audit (the audit, faults on demand). Never released.
TEST_O     := $(patsubst %,$(B)/kernel-test/%.o,$(basename $(KERNEL_C) $(sort $(wildcard tests/audit/*.c)) $(KERNEL_S)))

$(B)/kernel-test/%.o: %.c $(GEN)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(KERNEL_FLAGS) -DKERNEL_TEST -MMD -c $< -o $@

$(B)/kernel-test/%.o: %.S $(GEN) $(B)/gen/kernel_offsets.h
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(KERNEL_FLAGS) -DKERNEL_TEST -MMD -c $< -o $@

# The fuzz kernel: a test kernel that knows which of its edges calls go over (tests/audit/cover.c, tests/abuse/fuzz.c).
COVER_O     := $(patsubst %,$(B)/kernel-fuzz/%.o,$(basename $(KERNEL_C) $(sort $(wildcard tests/audit/*.c)) $(KERNEL_S)))
COVER_FLAGS := -DKERNEL_TEST -DKERNEL_COVERAGE

$(B)/kernel-fuzz/tests/%.o: tests/%.c $(GEN)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(KERNEL_FLAGS) $(COVER_FLAGS) -MMD -c $< -o $@

$(B)/kernel-fuzz/%.o: %.c $(GEN)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(KERNEL_FLAGS) $(COVER_FLAGS) -fsanitize-coverage=trace-pc -MMD -c $< -o $@

$(B)/kernel-fuzz/%.o: %.S $(GEN)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(KERNEL_FLAGS) $(COVER_FLAGS) -MMD -c $< -o $@

$(B)/lorica-fuzz.elf: $(COVER_O) kernel/arch/x86_64/kernel.ld $(B)/symbols0.o
	$(Q)$(KERNEL_LINK) -o $@ $(COVER_O) $(B)/symbols0.o

-include $(COVER_O:.o=.d)

$(B)/symbols0.o:
	$(Q)printf '%s\n' '.section .symbols,"a"' '.global symbol_table, symbol_count, symbol_names' \
	  symbol_table: symbol_names: 'symbol_count: .long 0' > $(B)/symbols0.S
	$(Q)$(CC) -c $(B)/symbols0.S -o $@

$(B)/lorica-test.elf: $(TEST_O) kernel/arch/x86_64/kernel.ld tools/symbols.awk $(B)/symbols0.o
	$(Q)$(KERNEL_LINK) -o $(B)/lorica-test.pass1 $(TEST_O) $(B)/symbols0.o
	$(Q)nm -n $(B)/lorica-test.pass1 | awk -f tools/symbols.awk > $(B)/symbols2.S
	$(Q)$(CC) -c $(B)/symbols2.S -o $(B)/symbols2.o
	$(Q)$(KERNEL_LINK) -o $@ $(TEST_O) $(B)/symbols2.o

# With one check removed (tests/abuse/run): nobody reads its traces.
$(B)/lorica-mutant.elf: $(TEST_O) kernel/arch/x86_64/kernel.ld $(B)/symbols0.o
	$(Q)$(KERNEL_LINK) -o $@ $(TEST_O) $(B)/symbols0.o

-include $(TEST_O:.o=.d)

# --- Parts ----------------------------------------------------------------------------------------------
-include lib/exo/exo.mk libos/init/init.mk libos/linux/linux.mk apps/apps.mk tools/tools.mk
-include tests/unit/kernel/kernel.mk tests/unit/unit.mk tests/unit/linux-fs/linux-fs.mk tests/unit/linux-tty/linux-tty.mk tests/unit/linux-rewrite/linux-rewrite.mk tests/boot/boot.mk tests/unit/net/net.mk tests/unit/linux-net/linux-net.mk
-include tests/device/device.mk tests/unit/code/code.mk tests/unit/strace/strace.mk
-include tests/abuse/abuse.mk
-include tests/diff/diff.mk tests/tool/tool.mk bench/bench.mk bench/net/net.mk

unit-build: $(UNIT_TESTS)

unit-list:
	$(Q)for t in $(UNIT_TESTS); do echo $$t; done

test: all ## every suite; ends with `N passed, N failed`
	$(Q)env -u T -u MAKEFLAGS tests/run $(T) # T is the list of suites here, a pattern to each suite

lint: all ## directions of dependencies, budgets, stale documents
	$(Q)tests/lint

prove: ## the kernel's decisions against their contracts (Frama-C); docs/proofs.md
	$(Q)tests/prove/run

loc: ## code lines (no blanks, no comments) of kernel/ and base/, against the budget of 12,000
	$(Q)tools/loc

size: $(B)/lorica.elf ## kernel image against its budget of 256 KiB
	$(Q)size -t $<

clean: ## forget everything built
	$(Q)rm -rf $(B)
