/* SPDX-License-Identifier: MIT */
/* pcap.h - a file of packets as network tools read them (pcapng), with the filter that claimed each one. */
#pragma once
#include <stddef.h>
#include <stdio.h>

struct pcap {
    FILE *file;
    const char *path;
    char **names; /* of the instances; NULL: unknown */
    unsigned name_count;
    unsigned long packets;
};

/* pcap_open - make the file; failures end the process with 125. */
void pcap_open(struct pcap *pcap, const char *path);

/* pcap_packet - a CHANNEL_PACKET of an instance (CHANNEL_MACHINE: nobody's). Malformed ones are left out. */
void pcap_packet(void *pcap, unsigned instance, const char *bytes, size_t length);

/* pcap_close - finish it; failures end the process with 125. */
void pcap_close(struct pcap *pcap);
