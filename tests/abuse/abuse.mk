# SPDX-License-Identifier: MIT
# abuse.mk - attack programs and their harness: build/tests/abuse/abuse.cpio, booted by tests/abuse/run.
ABUSE_O := $(patsubst %.c,$(B)/%.o,$(sort $(wildcard tests/abuse/*.c))) \
  $(B)/libos/init/start.o $(B)/libos/init/machine.o $(B)/libos/init/frames.o

$(B)/tests/abuse/%.o: tests/abuse/%.c $(GEN)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(EXO_FLAGS) -MMD -c $< -o $@

$(B)/tests/abuse/abuse.elf: EXO_LINK_MORE := --defsym exo_image_address=0x400000
$(B)/tests/abuse/abuse.elf: $(ABUSE_O) $(EXO_LIB) lib/exo/libos.ld
	$(Q)$(EXO_LINK) -o $@ $(ABUSE_O) $(EXO_LIB)

$(B)/tests/abuse/abuse.cpio: $(B)/tests/abuse/abuse.elf $(B)/boot-archive
	$(Q)$(B)/boot-archive $@ init=$<

.PHONY: abuse-tests
abuse-tests: $(B)/tests/abuse/abuse.cpio $(B)/lorica.elf $(B)/lorica-test.elf $(B)/lorica-fuzz.elf ## what tests/abuse/run boots
-include $(ABUSE_O:.o=.d)
