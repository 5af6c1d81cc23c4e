# SPDX-License-Identifier: MIT
# lwip.mk - the TCP/IP stack for what leaves an instance: lwIP, fetched at build time. Included by linux.mk.
#
# LWIP=no leaves it out: programs then reach only each other.
LWIP ?= yes
LWIP_HERE := libos/linux/net/lwip
LWIP_SRC := $(B)/lwip/src

ifeq ($(LWIP),yes)
LWIP_FLAGS := $(LINUX_FLAGS) -I$(LWIP_HERE)/include -isystem $(LWIP_SRC)/include
LWIP_CORE := def init inet_chksum ip mem memp netif pbuf tcp tcp_in tcp_out timeouts udp ipv4/etharp ipv4/icmp ipv4/ip4 \
  ipv4/ip4_addr ipv4/ip4_frag ipv6/ethip6 ipv6/icmp6 ipv6/inet6 ipv6/ip6 ipv6/ip6_addr ipv6/ip6_frag ipv6/nd6
LWIP_O := $(LWIP_CORE:%=$(B)/lwip/core/%.o) $(B)/lwip/netif/ethernet.o
LWIP_OWN_O := $(patsubst %,$(B)/linux/$(LWIP_HERE)/%.o,stack card fast gate drain route cut merge outgoing incoming staging) $(B)/linux/lib/exo/net.o
LINUX_O += $(LWIP_O) $(LWIP_OWN_O)

$(LWIP_SRC)/ready: $(LWIP_HERE)/fetch tools/source-package $(wildcard $(LWIP_HERE)/patches/*.patch)
	$(Q)$(LWIP_HERE)/fetch

$(LWIP_O): $(B)/lwip/%.o: $(LWIP_SRC)/ready $(wildcard $(LWIP_HERE)/include/*.h $(LWIP_HERE)/include/arch/*.h)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(filter-out $(WARN),$(LWIP_FLAGS)) -w -c $(LWIP_SRC)/$*.c -o $@

$(B)/linux/$(LWIP_HERE)/%.o: $(LWIP_HERE)/%.c $(LWIP_SRC)/ready $(GEN)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(LWIP_FLAGS) -MMD -c $< -o $@
# Of the library only what works on memory that the caller has mapped.
$(B)/linux/lib/exo/net.o: lib/exo/net.c $(GEN)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(LINUX_FLAGS) -fno-lto -ffunction-sections -MMD -c $< -o $@
	$(Q)objcopy --strip-debug -R .text.exo_net_memory_make -R .rela.text.exo_net_memory_make $@
else
LINUX_O += $(B)/linux/$(LWIP_HERE)/none.o
endif
