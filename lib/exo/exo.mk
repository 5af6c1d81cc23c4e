# SPDX-License-Identifier: MIT
# exo.mk - lib/exo as an archive for LibOSes and apps: build/lib/exo/libexo.a; flags to compile and link them.
EXO_FLAGS := $(STD) $(WARN) -ffreestanding -fno-stack-protector -mno-red-zone -mgeneral-regs-only -fPIE \
  -fvisibility=hidden -fno-asynchronous-unwind-tables -fno-strict-aliasing -fno-common -fcf-protection=none \
  -I. -I$(B)/gen
EXO_LIB := $(B)/lib/exo/libexo.a
EXO_LINK = ld -nostdlib -static -no-pie -z max-page-size=4096 -z noexecstack --build-id=none --no-relax $(EXO_LINK_MORE) \
  --no-warn-rwx-segments -T lib/exo/libos.ld
EXO_O := $(patsubst %,$(B)/%.o,$(basename $(sort $(wildcard lib/exo/*.c lib/exo/*.S)))) \
  $(B)/lib/exo/base/string.o

$(B)/lib/exo/base/%.o: base/%.c
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(EXO_FLAGS) -MMD -c $< -o $@

$(B)/lib/exo/%.o: lib/exo/%.c $(GEN)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(EXO_FLAGS) -Wconversion -MMD -c $< -o $@

$(B)/lib/exo/%.o: lib/exo/%.S $(GEN)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(EXO_FLAGS) -MMD -c $< -o $@

$(EXO_LIB): $(EXO_O)
	$(Q)rm -f $@.new
	$(Q)ar rcs $@.new $(EXO_O)
	$(Q)mv $@.new $@

-include $(EXO_O:.o=.d)
