# SPDX-License-Identifier: MIT
# Host test of the Linux LibOS's file system under ASan and UBSan, with fakes for what is around it.
UNIT_TESTS += $(B)/tests/unit/linux-fs/fs_test

FS_TEST_SOURCES := $(wildcard libos/linux/fs/*.c) lib/exo/format.c tests/unit/linux-fs/fakes.c tests/unit/linux-fs/fs_test.c
FS_TEST_FLAGS := -std=gnu17 -g -O1 -ffreestanding -fno-strict-aliasing -fsanitize=address,undefined -fno-pie -no-pie \
                 -fno-sanitize-recover=undefined -include tests/unit/linux-fs/host.h -Itests/unit/linux-fs/fake -I. -I$(B)/gen

$(B)/tests/unit/linux-fs/fs_test: $(FS_TEST_SOURCES) tests/unit/linux-fs/oracle.c tests/unit/linux-fs/host.h \
                                  $(wildcard tests/unit/linux-fs/fake/libos/linux/*.h) \
                                  $(wildcard libos/linux/fs/*.h libos/linux/*.h libos/linux/call/*.def)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -std=gnu17 -g -O1 $(WARN) -c -o $(@D)/oracle.o tests/unit/linux-fs/oracle.c
	$(Q)$(CC) $(FS_TEST_FLAGS) $(WARN) -o $@ $(FS_TEST_SOURCES) $(@D)/oracle.o -llz4
