# SPDX-License-Identifier: MIT
# The Linux LibOS: build/linux.elf, one static image at INSTANCE_IMAGE_ADDRESS. The compiler sees all of it at once when it
# links: small functions of other files are worth 3 to 8 % of the instructions of a system call.
LINUX_LTO ?= -flto=auto
LINUX_FLAGS := $(STD) $(WARN) -ffreestanding -fno-stack-protector -mno-red-zone -mgeneral-regs-only -fPIE \
  -fvisibility=hidden -fno-asynchronous-unwind-tables -fno-strict-aliasing -fno-common -fcf-protection=none \
  -I. -I$(B)/gen $(LINUX_LTO)
LINUX_C := $(filter-out libos/linux/offsets.c libos/linux/vdso/program/%, \
             $(sort $(wildcard libos/linux/*.c libos/linux/*/*.c))) base/string.c lib/exo/string.c lib/exo/format.c
LINUX_S := $(sort $(wildcard libos/linux/*.S libos/linux/*/*.S))
LINUX_O := $(LINUX_C:%.c=$(B)/linux/%.o) $(LINUX_S:%.S=$(B)/linux/%.o)
include libos/linux/net/lwip/lwip.mk
include libos/linux/fs/lz4/lz4.mk

$(B)/gen/linux_offsets.h: libos/linux/offsets.c libos/linux/offsets.awk libos/linux/task.h libos/linux/core.h libos/linux/sig/signal.h $(GEN)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(LINUX_FLAGS) -fno-lto -S -o $(B)/gen/linux_offsets.s $<
	$(Q)awk -f libos/linux/offsets.awk $(B)/gen/linux_offsets.s > $@

$(B)/linux/%.o: %.c $(GEN)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(LINUX_FLAGS) -MMD -c $< -o $@

# Its functions are not for inlining: they would take the place of the few moves that the compiler makes of a small copy.
$(B)/linux/base/string.o: LINUX_FLAGS += -fno-lto

$(B)/linux/%.o: %.S $(GEN) $(B)/gen/linux_offsets.h
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(LINUX_FLAGS) -MMD -c $< -o $@

$(B)/linux.elf: $(LINUX_O) libos/linux/linux.ld
	$(Q)$(CC) $(LINUX_FLAGS) -nostdlib -static -no-pie -Wl,-z,max-page-size=4096,-z,noexecstack,--build-id=none,--no-relax \
	  -Wl,--no-warn-rwx-segments -T libos/linux/linux.ld -o $@ $(LINUX_O)

all: $(B)/linux.elf
-include $(LINUX_O:.o=.d)
-include libos/linux/call/call.mk
