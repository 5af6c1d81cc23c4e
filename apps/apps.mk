# SPDX-License-Identifier: MIT
# apps.mk - small programs on lib/exo: build/apps/NAME.elf from apps/NAME.c.
APPS := $(patsubst apps/%.c,%,$(sort $(wildcard apps/*.c)))

# Handlers for the kernel need clang; without it the apps that have some are not built.
HANDLERS := $(patsubst apps/handlers/%.c,$(B)/apps/handlers/%.o,$(wildcard apps/handlers/*.c))
ifeq ($(shell command -v clang),)
APPS := $(filter-out kv-ash udp-echo-handler,$(APPS))
endif

# Programs for Linux and for the Linux LibOS: make build/apps/linux/NAME.
$(B)/apps/linux/%: apps/linux/%.c
	$(Q)mkdir -p $(@D)
	$(Q)musl-gcc -O2 -static -Wall -Wextra -Werror -o $@ $<

$(B)/apps/handlers/%.o: apps/handlers/%.c lib/exo/code_program.h abi/exo_code.h apps/kv_table.h apps/echo_table.h
	$(Q)mkdir -p $(@D)
	$(Q)clang -target bpf -mcpu=v3 -O2 -g -ffreestanding -fno-jump-tables -Wall -Werror -I. -c -o $@ $<

$(B)/apps/kv-ash.o: $(B)/apps/handlers/kv.o
$(B)/apps/udp-echo-handler.o: $(B)/apps/handlers/udp_echo.o

$(B)/apps/%.o: apps/%.c $(GEN)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(EXO_FLAGS) -Wconversion -MMD -c $< -o $@

$(B)/apps/%.elf: $(B)/apps/%.o $(EXO_LIB) lib/exo/libos.ld
	$(Q)$(EXO_LINK) -o $@ $< $(EXO_LIB)

.PRECIOUS: $(B)/apps/%.o
all: $(APPS:%=$(B)/apps/%.elf)
-include $(APPS:%=$(B)/apps/%.d)

# A program of bench/ on lib/exo.
$(B)/bench/papers/papers.elf: bench/papers/papers.c $(EXO_LIB) lib/exo/libos.ld
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(EXO_FLAGS) -Wconversion -c $< -o $(B)/bench/papers/papers.o
	$(Q)$(EXO_LINK) -o $@ $(B)/bench/papers/papers.o $(EXO_LIB)
