# SPDX-License-Identifier: MIT
# tools.mk - the host tool build/tools/lorica and the probe kernel.
#
# Included by the top Makefile; `make -f tools/tools.mk build/tools/lorica` works alone.

TOOLS_B     := build/tools
TOOLS_NAMES := accel boot check configure control cpio debug elf exec import journal lorica machine make manifest net observe option pack \
               package pcap process program ps record remote run session terminal text tree \
               strace/decode strace/names strace/structs strace/tracer strace/verb why/report why/unwind why/why
TOOLS_C     := $(TOOLS_NAMES:%=tools/%.c)
TOOLS_O     := $(TOOLS_C:tools/%.c=$(TOOLS_B)/%.o) $(TOOLS_B)/kind.o
# The kernel's verifier and compiler, and the loader's reader, for `lorica check`; what init reads manifests with.
TOOLS_KERNEL := $(wildcard kernel/code/*.c) lib/exo/code_object.c lib/exo/code_link.c lib/exo/code_report.c \
                libos/init/manifest.c lib/exo/address.c lib/exo/format.c
TOOLS_KERNEL_O := $(TOOLS_KERNEL:%.c=$(TOOLS_B)/%.o)
TOOLS_FLAGS := -std=gnu17 -g -O2 -I. -Wall -Wextra -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Wvla \
               -Wundef -Wconversion -Werror

.PHONY: tools
all: tools
tools: $(TOOLS_B)/lorica $(TOOLS_B)/probe.elf

$(TOOLS_B)/lorica: $(TOOLS_O) $(TOOLS_KERNEL_O)
	@$(CC) -o $@ $(TOOLS_O) $(TOOLS_KERNEL_O) -larchive -ldw -lelf -llz4

$(TOOLS_B)/kernel/%.o $(TOOLS_B)/lib/%.o $(TOOLS_B)/libos/%.o: TOOLS_FLAGS += -Ikernel
$(TOOLS_B)/check.o: TOOLS_FLAGS += -Ikernel
$(TOOLS_KERNEL_O): $(TOOLS_B)/%.o: %.c tools/tools.mk
	@mkdir -p $(@D)
	@$(CC) $(TOOLS_FLAGS) -MMD -c -o $@ $<

$(TOOLS_B)/%.o: tools/%.c tools/tools.mk
	@mkdir -p $(@D)
	@$(CC) $(TOOLS_FLAGS) -MMD -c -o $@ $<

$(TOOLS_B)/kind.o: libos/linux/observe/kind.c tools/tools.mk
	@mkdir -p $(@D)
	@$(CC) $(TOOLS_FLAGS) -MMD -c -o $@ $<

$(TOOLS_B)/probe.elf: tools/probe/probe.S tools/probe/probe.ld
	@mkdir -p $(@D)
	@$(CC) -c -o $(TOOLS_B)/probe.o tools/probe/probe.S
	@ld -nostdlib -static -n --no-warn-rwx-segments -z noexecstack --build-id=none \
	  -T tools/probe/probe.ld -o $@ $(TOOLS_B)/probe.o

-include $(TOOLS_O:.o=.d) $(TOOLS_KERNEL_O:.o=.d)
