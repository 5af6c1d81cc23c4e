# SPDX-License-Identifier: MIT
# The vDSO: a shared object of its own, embedded into the Linux LibOS as bytes.
GEN += $(B)/gen/vdso_bytes.h

$(B)/vdso/vdso.so: libos/linux/vdso/program/clock.c libos/linux/vdso/program/vdso.ld libos/linux/vdso/vdso_data.h
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -std=gnu17 -O2 $(WARN) -Wno-missing-prototypes -ffreestanding -fPIC -fvisibility=hidden -fno-stack-protector \
	  -mgeneral-regs-only -fno-asynchronous-unwind-tables -fcf-protection=none -I. -shared -nostdlib -Wl,-soname=linux-vdso.so.1 \
	  -Wl,--hash-style=both -Wl,-z,noexecstack -Wl,--build-id=none -Wl,-z,max-page-size=4096 \
	  -Wl,-T,libos/linux/vdso/program/vdso.ld -o $@ $<
	$(Q)strip -s $@ 2>/dev/null || true

$(B)/gen/vdso_bytes.h: $(B)/vdso/vdso.so
	$(Q)mkdir -p $(@D)
	$(Q){ echo '/* made from libos/linux/vdso/program by libos/linux/vdso/vdso.mk */'; echo 'static const unsigned char vdso_bytes[] = {'; \
	  od -An -v -tu1 $< | sed 's/  */,/g; s/^,//; s/$$/,/'; echo '};'; } > $@
