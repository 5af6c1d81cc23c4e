/* SPDX-License-Identifier: MIT */
/* lwipopts.h - lwIP as the Linux LibOS wants it: raw API, memory of the LibOS's heap, large windows, both versions of IP. */
#pragma once

#define NO_SYS               1
#define SYS_LIGHTWEIGHT_PROT 0
#define LWIP_SOCKET          0
#define LWIP_NETCONN         0
#define LWIP_STATS           0
#define LWIP_RAW             0
#define LWIP_DHCP            0
#define LWIP_DNS             0
#define LWIP_IGMP            0
#define LWIP_IPV6_MLD        0
#define LWIP_HAVE_LOOPIF     0
#define LWIP_NETIF_LOOPBACK  0
#define LWIP_SINGLE_NETIF    1

/* Memory: everything from the heap; the numbers of the pools mean nothing then. */
#define MEM_LIBC_MALLOC     1
#define MEMP_MEM_MALLOC     1
#define mem_clib_malloc     heap_alloc
#define mem_clib_free       heap_free
#define mem_clib_calloc     lwip_calloc
#define MEM_ALIGNMENT       8
#define MEMP_OVERFLOW_CHECK 0

#define LWIP_IPV4                     1
#define LWIP_IPV6                     1
#define IPV6_FRAG_COPYHEADER          1 /* pointers are larger than what it would overwrite */
#define LWIP_IPV6_NUM_ADDRESSES       4
#define LWIP_IPV6_DHCP6               0
#define LWIP_IPV6_AUTOCONFIG          0
#define LWIP_IPV6_SEND_ROUTER_SOLICIT 1
#define ARP_QUEUEING                  1
#define ARP_QUEUE_LEN                 128 /* packets: a datagram of 64 KiB is 45 */
#define ETHARP_TRUST_IP_MAC           0

#define LWIP_WND_SCALE                 1
#define TCP_RCV_SCALE                  5
#define TCP_MSS                        1460
#define TCP_WND                        (1024 * 1024)
#define TCP_WND_UPDATE_THRESHOLD       (TCP_WND / 4) /* smaller ones: window_tell in stack.c */
#define TCP_SND_BUF                    (1024 * 1024)
#define TCP_SND_QUEUELEN               8192
#define TCP_SNDLOWAT                   32768
#define TCP_SNDQUEUELOWAT              4096
#define TCP_OVERSIZE                   TCP_MSS
#define TCP_QUEUE_OOSEQ                1
#define TCP_OOSEQ_MAX_PBUFS            512
#define TCP_OOSEQ_MAX_BYTES            TCP_WND
#define LWIP_TCP_TIMESTAMPS            1
#define LWIP_TCP_SACK_OUT              1
#define LWIP_TCP_KEEPALIVE             1
#define TCP_TMR_INTERVAL               50 /* ms; lwIP's 250 make the least retransmission timeout a second */
#define TCP_MSL                        30000ul
#define SO_REUSE                       1 /* conflicts are decided in net/port.c */
#define TCP_LISTEN_BACKLOG             1 /* of those that are not established yet; for the rest see gate.c */
#define LWIP_TCP_PCB_NUM_EXT_ARGS      1 /* the window of a connection before it is announced: stack.c */
#define LWIP_TCP_RTO_TIME              1000 /* ms before the round trip is known (RFC 6298) */
#define LWIP_DISABLE_TCP_SANITY_CHECKS 1
#define MEMP_NUM_TCP_SEG               TCP_SND_QUEUELEN

#define LWIP_CHECKSUM_CTRL_PER_NETIF 1
#define LWIP_CHECKSUM_ON_COPY        0

#define LWIP_SUPPORT_CUSTOM_PBUF  1
#define LWIP_NETIF_TX_SINGLE_PBUF 0
#define PBUF_POOL_BUFSIZE         2048

#define LWIP_HOOK_FILENAME "lwip_hooks.h"
#define IP_REASS_MAX_PBUFS 1024 /* fragments that wait: a datagram of 64 KiB is 45 */
#define MEMP_NUM_REASSDATA 64

#define LWIP_HOOK_TCP_INPACKET_PCB(pcb, header, options, first, second, pbuf)                      \
    gate_admits(pcb, header)
#define LWIP_HOOK_ND6_GET_GW(netif, to)                                 gate_router()
#define LWIP_HOOK_TCP_ISN(local_ip, local_port, remote_ip, remote_port) lwip_random()
/* For patches/big-segments.patch */
#define TCP_BIG_SEGMENT 64000u /* bytes of payload; with headers less than 64 KiB */
#define LWIP_HOOK_TCP_OUT(pcb, pbuf, source, destination, unit)                                    \
    outgoing_segment(pcb, pbuf, source, destination, unit)
#define LWIP_HOOK_TCP_SEGMENTS() incoming_count
#define LWIP_HOOK_TCP_ACK(pcb)   stack_acknowledge(pcb)
