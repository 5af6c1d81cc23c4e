# SPDX-License-Identifier: MIT
# init.mk - the init LibOS: build/init.elf.
INIT_O := $(patsubst %,$(B)/%.o,$(basename $(sort $(wildcard libos/init/*.c libos/init/*.S))))

$(B)/libos/init/%.o: libos/init/%.c $(GEN)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(EXO_FLAGS) -Wconversion -MMD -c $< -o $@

$(B)/libos/init/%.o: libos/init/%.S $(GEN)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(EXO_FLAGS) -MMD -c $< -o $@

$(B)/init.elf: $(INIT_O) $(EXO_LIB) lib/exo/libos.ld
	$(Q)$(EXO_LINK) -o $@ $(INIT_O) $(EXO_LIB)

$(B)/init.elf: EXO_LINK_MORE := --defsym exo_image_address=0x400000
all: $(B)/init.elf
-include $(INIT_O:.o=.d)
