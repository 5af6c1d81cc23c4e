# SPDX-License-Identifier: MIT
# tool.mk - tests of the host tool, most of them against a fake QEMU.

TOOL_TEST_B := build/tests/tool

$(TOOL_TEST_B)/fakeqemu: tests/tool/fakeqemu.c abi/exo_channel.h tests/tool/tool.mk
	@mkdir -p $(@D)
	@$(CC) -std=gnu17 -g -O1 -I. -Wall -Wextra -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Wvla \
	  -Wundef -Werror -o $@ $<

.PHONY: tool-test
tool-test: all $(TOOL_TEST_B)/fakeqemu ## the host tool mostly against a fake machine
	@tests/tool/run $(T)
