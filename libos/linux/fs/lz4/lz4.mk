# SPDX-License-Identifier: MIT
# lz4.mk - the decoder of packed roots: LZ4, fetched at build time. Included by linux.mk.
#
# LZ4=no leaves it out: packed roots are refused.
LZ4 ?= yes
LZ4_SRC := $(B)/lz4/src

ifeq ($(LZ4),yes)
LINUX_O += $(B)/lz4/lz4.o

$(LZ4_SRC)/ready: libos/linux/fs/lz4/fetch tools/source-package
	$(Q)libos/linux/fs/lz4/fetch

# Without a C library; and nothing but the decoder is kept when all is linked.
$(B)/lz4/lz4.o: $(LZ4_SRC)/ready
	$(Q)$(CC) $(filter-out $(WARN),$(LINUX_FLAGS)) -w -DLZ4_FREESTANDING=1 -DLZ4LIB_VISIBILITY= -DLZ4_memcpy=__builtin_memcpy \
	  -DLZ4_memmove=__builtin_memmove -DLZ4_memset=__builtin_memset -c $(LZ4_SRC)/lz4.c -o $@
else
$(B)/linux/libos/linux/fs/packed.o: LINUX_FLAGS += -DWITHOUT_LZ4
endif
