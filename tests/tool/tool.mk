# SPDX-License-Identifier: MIT
# tool.mk - tests of the host tool, most of them against a fake QEMU.

TOOL_TEST_B := build/tests/tool
TOOL_TEST_FLAGS := -std=gnu17 -g -O1 -I. -Wall -Wextra -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Wvla \
                   -Wundef -Werror

$(TOOL_TEST_B)/fakeqemu: tests/tool/fakeqemu.c abi/exo_channel.h tests/tool/tool.mk
	@mkdir -p $(@D)
	@$(CC) $(TOOL_TEST_FLAGS) -o $@ $<

TOOL_FUZZ_C := tests/tool/fuzz.c $(addprefix tools/,cpio.c elf.c manifest.c pack.c process.c text.c tree.c)
$(TOOL_TEST_B)/fuzz: $(TOOL_FUZZ_C) tests/tool/tool.mk
	@mkdir -p $(@D)
	@$(CC) $(TOOL_TEST_FLAGS) -fsanitize=address,undefined -fno-sanitize-recover=all -o $@ $(TOOL_FUZZ_C) -llz4

.PHONY: tool-test
tool-test: all ## the host tool, mostly against a fake machine; T=PATTERN for some cases
	@tests/tool/run $(T)
