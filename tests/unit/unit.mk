# SPDX-License-Identifier: MIT
# unit.mk - host tests of lib/exo's and init's pure parts under ASan and UBSan.
UNIT_X       := $(B)/tests/unit
UNIT_X_FLAGS := -std=gnu17 -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined -Wall -Wextra -Wshadow \
  -Werror -Itests/unit/kernel -I. -I$(B)/gen
UNIT_X_TESTS := init/manifest_test init/share_test init/archive_test init/dhcp_test exo/elf_test exo/ring_test exo/frames_test exo/address_test exo/format_test
UNIT_TESTS   += $(UNIT_X_TESTS:%=$(UNIT_X)/%)

$(UNIT_X)/init/manifest_test: libos/init/manifest.c libos/init/manifest.h lib/exo/format.c lib/exo/address.c lib/exo/address.h
$(UNIT_X)/init/share_test: libos/init/share.c libos/init/share.h
$(UNIT_X)/init/archive_test: libos/init/archive.c libos/init/archive.h
$(UNIT_X)/init/dhcp_test: libos/init/dhcp.c libos/init/slaac_read.c libos/init/slaac.h libos/init/dhcp.h libos/init/manifest.h lib/exo/checksum.h
$(UNIT_X)/exo/address_test: lib/exo/address.c lib/exo/address.h lib/exo/format.c
$(UNIT_X)/exo/format_test: lib/exo/format.c lib/exo/format.h
$(UNIT_X)/exo/elf_test: lib/exo/elf.c lib/exo/elf.h
$(UNIT_X)/exo/ring_test: lib/exo/ring.h lib/exo/instance.h
$(UNIT_X)/exo/frames_test: lib/exo/frames.c lib/exo/frames.h

$(UNIT_X_TESTS:%=$(UNIT_X)/%): $(UNIT_X)/%: tests/unit/%.c tests/unit/kernel/tap.h $(GEN)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(UNIT_X_FLAGS) -o $@ $(filter %.c,$^)
