# SPDX-License-Identifier: MIT
# boot.mk - the boot tests: build/tests/boot/test.cpio, booted by tests/boot/run.
BOOT_O := $(patsubst %.c,$(B)/%.o,$(filter-out tests/boot/archive.c,$(sort $(wildcard tests/boot/*.c)))) \
  $(B)/libos/init/start.o $(B)/libos/init/machine.o $(B)/libos/init/frames.o
BOOT_ELF := $(B)/tests/boot/test.elf

$(B)/boot-archive: tests/boot/archive.c
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(STD) $(WARN) -o $@ $<

$(B)/tests/boot/%.o: tests/boot/%.c $(GEN)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(EXO_FLAGS) -MMD -c $< -o $@

$(BOOT_ELF): EXO_LINK_MORE := --defsym exo_image_address=0x400000
$(BOOT_ELF): $(BOOT_O) $(EXO_LIB) lib/exo/libos.ld
	$(Q)$(EXO_LINK) -o $@ $(BOOT_O) $(EXO_LIB)

$(B)/tests/boot/test.cpio: $(BOOT_ELF) $(B)/boot-archive
	$(Q)$(B)/boot-archive $@ init=$(BOOT_ELF)

$(B)/tests/boot/apps/victim.elf: $(B)/tests/boot/apps/victim.o $(EXO_LIB) lib/exo/libos.ld
	$(Q)$(EXO_LINK) -o $@ $< $(EXO_LIB)

$(B)/tests/boot/apps/holder.elf: $(B)/tests/boot/apps/holder.o $(EXO_LIB) lib/exo/libos.ld
	$(Q)$(EXO_LINK) -o $@ $< $(EXO_LIB)

.PHONY: boot-tests
boot-tests: $(B)/tests/boot/test.cpio $(B)/tests/boot/apps/victim.elf $(B)/tests/boot/apps/holder.elf $(B)/lorica.elf $(B)/lorica-test.elf $(B)/init.elf $(APPS:%=$(B)/apps/%.elf) $(B)/bench/papers/papers.elf ## what tests/boot/run boots
-include $(BOOT_O:.o=.d)
