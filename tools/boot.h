/* SPDX-License-Identifier: MIT */
/*
 * boot.h - from a request on the command line to a boot archive and a machine to start with it.
 */
#pragma once
#include "tools/machine.h"
#include "tools/net.h"
#include "tools/option.h"
#include "tools/session.h"

struct request {
    const char *verb;
    unsigned cpus, memory_mib;
    int memory_named;  /* by the user: too little is refused, not made more */
    const char *accel; /* auto, kvm, tcg, icount */
    const char *cpu;
    struct text_list env; /* NAME=VALUE */
    const char *root;     /* --root, or NULL */
    struct text_list package;
    int update;
    int no_scripts;       /* packages are unpacked, their installation scripts not run */
    const char *manifest; /* --manifest, or NULL */
    const char *app;      /* --app: native program instead of the Linux LibOS, or NULL */
    const char *libos;    /* --libos: the LibOS that runs PROGRAM */
    struct net_wish net;
    int dhcp;         /* its IPv4 address comes from a DHCP server */
    const char *pcap; /* --pcap: file for all packets, or NULL */
    const char *disk; /* --disk: file behind the machine's NVMe disk, or NULL */
    uint64_t timeout_ms;
    int dry_run, verbose, json;
    const char *name;        /* of the machine, or NULL */
    int detach;              /* it runs in the background */
    int no_rewrite;          /* programs' system calls all go through the kernel */
    int pack;                /* files of roots lie compressed in memory */
    struct text_list option; /* NAME VALUE pairs for the LibOS, one after the other */
    char *kernel;
    char **words; /* PROGRAM and its arguments */
    int word_count;
};

struct boot {
    char *manifest; /* as init reads it */
    int archive;    /* the boot archive, a file without a name; -1 after a dry run */
    unsigned instances;
    char *libos_file;       /* ELF of the LibOS or app; NULL when a manifest names them */
    struct text_list names; /* of the instances */
    int card, ipv6;         /* does somebody have an address, an IPv6 one? */
    struct machine_wish wish;
};

/* The options that all verbs share which start machines; the letters are the verb's choice. */
#define REQUEST_OPTIONS(cpus, env)                                                                 \
    {"cpus", cpus, "N", "processors (default 1)"},                                                 \
        {"memory", 'm', "MiB", "memory of the machine (default 512, more for a large root)"},      \
        {"accel", 0, "auto|kvm|tcg",                                                               \
         "KVM if it really works here, else emulation (default auto)"},                            \
        {"env", env, "NAME[=VALUE]", "set an environment variable, or pass this machine's on"},    \
        {"root", 0, "DIR|TAR", "root file system of the program (default: Debian packages)"},      \
        {"package", 'p', "NAME,...", "Debian packages to add to the default root (repeatable)"},   \
        {"dhcp", 0, NULL, "ask a DHCP server for the IPv4 address, router and name servers"},      \
        {"update", 0, NULL, "fetch package lists, and packages with new versions, again"},         \
        {"no-scripts", 0, NULL, "do not run the installation scripts of packages"},                \
        {"manifest", 0, "FILE", "what to start, in init's own words (docs/boot-image.md)"},        \
        {"app", 0, "NAME", "a native program of build/ instead of a Linux one"},                   \
        {"net", 0, "user|none|socket:OWN,PEER|vhost-user:PATH[,PAIRS]",                            \
         "network: QEMU's user network (default), none, UNIX datagram sockets, or a vhost-user "   \
         "process"},                                                                               \
        {"port", 0, "HOST:GUEST[/udp]", "lead a port of 127.0.0.1 to the program (repeatable)"},   \
        {"pcap", 0, "FILE",                                                                        \
         "write all packets to FILE (pcapng), with the filter that claimed each"},                 \
        {"disk", 0, "FILE",                                                                        \
         "an NVMe disk behind an IOMMU for the app or the manifest; FILE is its contents"},        \
        {"libos", 0, "NAME", NULL}, {"cpu", 0, "MODEL", NULL},                                     \
        {"kernel", 0, "FILE", "kernel to boot (default build/lorica.elf)"},                        \
        {"no-rewrite", 0, NULL, "leave the system calls in programs as they are (slower)"},        \
        {"pack", 0, NULL, "files of the root lie compressed in memory until they are used"},       \
    {                                                                                              \
        "verbose", 'v', NULL, "messages of kernel and LibOSes on standard error"                   \
    }

/* Default values of a request. */
void request_start(struct request *request, const char *verb);

/* Take one option; those that it does not know are left to the caller (returns 0). */
int request_take(struct request *request, const struct option_row *row, const char *argument);

/*
 * boot_prepare - check a request and make its boot archive.
 *
 * boot  filled in; with request->dry_run only the manifest and the wish
 *
 * Errors end the process with a message: 125, or 126 and 127 about the program
 */
void boot_prepare(struct request *request, struct boot *boot);
