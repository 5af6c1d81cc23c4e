# SPDX-License-Identifier: MIT
# Host test of the line discipline under ASan and UBSan.
UNIT_TESTS += $(B)/tests/unit/linux-tty/ldisc_test

$(B)/tests/unit/linux-tty/ldisc_test: tests/unit/linux-tty/ldisc_test.c libos/linux/tty/ldisc.c libos/linux/tty/ldisc.h
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -std=gnu17 -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined $(WARN) -I. -o $@ $(filter %.c,$^)
UNIT_TESTS += $(B)/tests/unit/linux-tty/pty_compare

$(B)/tests/unit/linux-tty/pty_compare: tests/unit/linux-tty/pty_compare.c libos/linux/tty/ldisc.c libos/linux/tty/ldisc.h
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -std=gnu17 -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined $(WARN) -I. -o $@ $(filter %.c,$^)
