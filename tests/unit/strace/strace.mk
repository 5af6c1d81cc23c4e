# SPDX-License-Identifier: MIT
# strace.mk - host tests of the decoders of system calls.
UNIT_STRACE_C := tests/unit/strace/strace_test.c libos/linux/observe/kind.c \
  $(addprefix tools/,record.c text.c strace/decode.c strace/names.c strace/structs.c strace/tracer.c)
UNIT_TESTS += $(UNIT_X)/strace/strace_test

$(UNIT_X)/strace/strace_test: $(UNIT_STRACE_C) $(wildcard libos/linux/observe/*.h libos/linux/observe/*.def libos/linux/call/*.def tools/strace/*.h) tools/record.h
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(UNIT_X_FLAGS) -o $@ $(UNIT_STRACE_C)
