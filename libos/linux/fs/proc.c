/* SPDX-License-Identifier: MIT */
/*
 * proc.c - the files of /proc and /sys that speak of the whole instance.
 */
#include "libos/linux/fs/vfs.h"
#include "libos/linux/ipc/ids.h"
#include "libos/linux/call/machine.h"
#include "libos/linux/call/random.h"
#include "libos/linux/net/socket.h"
#include "abi/exo_types.h"

#define KIB(frames) ((unsigned long)(frames) * (PAGE_SIZE / 1024))

static const struct exo_machine *machine(void)
{
    return (const struct exo_machine *)INSTANCE_MACHINE_ADDRESS;
}

static int meminfo_text(struct text *text, uint64_t key)
{
    unsigned long total = KIB(frames_total());
    unsigned long available = KIB(frames_available());

    (void)key;
    text_add(text, "MemTotal:       %8lu kB\nMemFree:        %8lu kB\nMemAvailable:   %8lu kB\n",
             total, available, available);
    text_add(text, "Buffers:        %8u kB\nCached:         %8u kB\nSwapCached:     %8u kB\n", 0u,
             0u, 0u);
    text_add(text, "Active:         %8lu kB\nInactive:       %8u kB\n", total - available, 0u);
    text_add(text, "SwapTotal:      %8u kB\nSwapFree:       %8u kB\nDirty:          %8u kB\n", 0u,
             0u, 0u);
    text_add(text, "Shmem:          %8u kB\nSlab:           %8u kB\nPageTables:     %8lu kB\n", 0u, 0u,
             KIB(table_frames()));
    text_add(text, "CommitLimit:    %8lu kB\nCommitted_AS:   %8lu kB\n", total, total - available);
    text_add(text, "HugePages_Total:   %5u\nHugePages_Free:    %5u\nHugepagesize:    %7u kB\n", 0u,
             0u, 2048u);
    return 0;
}

/* What vmstat reads. Nothing is paged in or out, and no fault waits for a disk. */
static int vmstat_text(struct text *text, uint64_t key)
{
    uint64_t faults = process_faults_ended;

    (void)key;
    list_for_each (node, &process_list)
        faults += list_item(node, struct process, all)->faults;
    text_add(text, "nr_free_pages %lu\nnr_page_table_pages %lu\n",
             (unsigned long)frames_available(), (unsigned long)table_frames());
    text_add(text, "pgpgin 0\npgpgout 0\npswpin 0\npswpout 0\npgfault %lu\npgmajfault 0\n",
             (unsigned long)faults);
    return 0;
}

static void cpuid(uint32_t leaf, uint32_t out[4])
{
    __asm__ volatile("cpuid"
                     : "=a"(out[0]), "=b"(out[1]), "=c"(out[2]), "=d"(out[3])
                     : "a"(leaf), "c"(0));
}

/* The names of the processor's features that Linux prints, for the two words that all programs look
 * at. */
static void cpu_flags(struct text *text)
{
    static const char *const edx[32] = {
        "fpu",  "vme",  "de",   "pse", "tsc",  "msr", "pae",   "mce", "cx8",     "apic", NULL,
        "sep",  "mtrr", "pge",  "mca", "cmov", "pat", "pse36", "pn",  "clflush", NULL,   "dts",
        "acpi", "mmx",  "fxsr", "sse", "sse2", "ss",  "ht",    "tm",  "ia64",    "pbe"};
    static const char *const ecx[32] = {
        "pni",    "pclmulqdq", "dtes64", "monitor", "ds_cpl",
        "vmx",    "smx",       "est",    "tm2",     "ssse3",
        "cid",    "sdbg",      "fma",    "cx16",    "xtpr",
        "pdcm",   NULL,        "pcid",   "dca",     "sse4_1",
        "sse4_2", "x2apic",    "movbe",  "popcnt",  "tsc_deadline_timer",
        "aes",    "xsave",     NULL,     "avx",     "f16c",
        "rdrand", "hypervisor"};
    uint32_t leaf[4];

    cpuid(1, leaf);
    for (int i = 0; i < 32; i++)
        if (edx[i] && (leaf[3] >> i & 1))
            text_add(text, " %s", edx[i]);
    for (int i = 0; i < 32; i++)
        if (ecx[i] && (leaf[2] >> i & 1))
            text_add(text, " %s", ecx[i]);
}

static int cpuinfo_text(struct text *text, uint64_t key)
{
    uint32_t leaf[4];
    char vendor[13] = "";
    char model[49] = "";

    (void)key;
    cpuid(0, leaf);
    memcpy(vendor, &leaf[1], 4);
    memcpy(vendor + 4, &leaf[3], 4);
    memcpy(vendor + 8, &leaf[2], 4);
    cpuid(0x80000000, leaf);
    for (uint32_t i = 0; leaf[0] >= 0x80000004 && i < 3; i++) {
        uint32_t part[4];
        cpuid(0x80000002 + i, part);
        memcpy(model + 16 * i, part, 16);
    }
    cpuid(1, leaf);
    for (uint32_t cpu = 0; cpu < max_of(cpus_used(), 1u); cpu++) {
        uint32_t family = leaf[0] >> 8 & 15;
        text_add(
            text,
            "processor\t: %u\nvendor_id\t: %s\ncpu family\t: %u\nmodel\t\t: %u\nmodel name\t: %s\n",
            cpu, vendor, family == 15 ? family + (leaf[0] >> 20 & 255) : family,
            (leaf[0] >> 4 & 15) | (leaf[0] >> 12 & 0xf0), model);
        text_add(text,
                 "stepping\t: %u\ncpu MHz\t\t: %lu.%03lu\ncache size\t: 0 KB\nphysical id\t: "
                 "0\nsiblings\t: %u\n",
                 leaf[0] & 15, (unsigned long)(machine()->tsc_hz / 1000000),
                 (unsigned long)(machine()->tsc_hz / 1000 % 1000), cpus_used());
        text_add(text, "core id\t\t: %u\ncpu cores\t: %u\nfpu\t\t: yes\nflags\t\t:", cpu,
                 cpus_used());
        cpu_flags(text);
        text_add(text, "\naddress sizes\t: 40 bits physical, 48 bits virtual\n\n");
    }
    return 0;
}

/* CPU time used by all processes, in ticks. */
static void ticks(unsigned long *user, unsigned long *system, unsigned long *processes,
                  unsigned long *running)
{
    *user = *system = *processes = *running = 0;
    list_for_each (node, &process_list) {
        struct process *process = list_item(node, struct process, all);
        sched_account(process);
        *user += process->user_ns / 10000000;
        *system += process->system_ns / 10000000;
        *processes += 1;
        list_for_each (peer, &process->tasks) {
            enum task_state state = list_item(peer, struct task, peer)->state;
            *running += state == TASK_RUNNABLE || state == TASK_RUNNING;
        }
    }
}

static int stat_text(struct text *text, uint64_t key)
{
    unsigned long user, system, processes, running;
    unsigned long up = now_ns() / 10000000;
    unsigned long idle;

    (void)key;
    ticks(&user, &system, &processes, &running);
    idle = up * max_of(cpus_used(), 1u);
    idle = idle > user + system ? idle - user - system : 0;
    text_add(text, "cpu  %lu 0 %lu %lu 0 0 0 0 0 0\n", user, system, idle);
    for (uint32_t cpu = 0; cpu < max_of(cpus_used(), 1u); cpu++)
        text_add(text, "cpu%u %lu 0 %lu %lu 0 0 0 0 0 0\n", cpu, cpu ? 0 : user, cpu ? 0 : system,
                 cpu ? up : idle);
    text_add(text, "intr 0\nctxt 0\nbtime %lu\nprocesses %lu\nprocs_running %lu\nprocs_blocked 0\n",
             (unsigned long)((uint64_t)file_clock_ns() - now_ns()) / 1000000000, processes,
             running);
    return 0;
}

static int uptime_text(struct text *text, uint64_t key)
{
    unsigned long user, system, processes, running;
    unsigned long up = now_ns() / 10000000;

    (void)key;
    ticks(&user, &system, &processes, &running);
    unsigned long idle = up > user + system ? up - user - system : 0;
    text_add(text, "%lu.%02lu %lu.%02lu\n", up / 100, up % 100, idle / 100, idle % 100);
    return 0;
}

static int loadavg_text(struct text *text, uint64_t key)
{
    unsigned long user, system, processes, running;
    int last = 0;

    (void)key;
    ticks(&user, &system, &processes, &running);
    list_for_each (node, &process_list)
        last = max_of(last, list_item(node, struct process, all)->pid);
    text_add(text, "%lu.00 %lu.00 %lu.00 %lu/%lu %d\n", running, running, running, running,
             processes, last);
    return 0;
}

static int version_text(struct text *text, uint64_t key)
{
    (void)key;
    text_add(text, "Linux version %s (lorica) %s\n", MACHINE_RELEASE, MACHINE_VERSION);
    return 0;
}

static int filesystems_text(struct text *text, uint64_t key)
{
    (void)key;
    text_add(text, "nodev\ttmpfs\nnodev\tdevtmpfs\nnodev\tproc\nnodev\tsysfs\n");
    return 0;
}

static int cmdline_text(struct text *text, uint64_t key)
{
    (void)key;
    text_add(text, "lorica\n");
    return 0;
}

static int devices_text(struct text *text, uint64_t key)
{
    (void)key;
    text_add(text, "Character devices:\n  1 mem\n  5 /dev/tty\n  5 /dev/console\n  5 "
                   "/dev/ptmx\n136 pts\n\nBlock devices:\n");
    return 0;
}

/* One line of text that never changes: key is the address of the text. */
static int line_text(struct text *text, uint64_t key)
{
    if (*(const char *)key)
        text_add(text, "%s\n", (const char *)key);
    return 0;
}

static int hostname_text(struct text *text, uint64_t key)
{
    (void)key;
    text_add(text, "%s\n", machine_host_name());
    return 0;
}

static void uuid_add(struct text *text, const uint8_t id[16])
{
    for (int i = 0; i < 16; i++)
        text_add(text, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", id[i]);
    text_add(text, "\n");
}

static int uuid_text(struct text *text, uint64_t key)
{
    static uint8_t boot[16];
    uint8_t fresh[16];
    uint8_t *id = key ? boot : fresh;

    if (!key || !boot[8]) {
        random_bytes(id, 16);
        id[6] = (uint8_t)((id[6] & 0x0f) | 0x40); /* version 4 */
        id[8] = (uint8_t)((id[8] & 0x3f) | 0x80);
    }
    uuid_add(text, id);
    return 0;
}

static int boot_id_text(struct text *text, uint64_t key)
{
    (void)key;
    return uuid_text(text, 1);
}

static int fresh_uuid_text(struct text *text, uint64_t key)
{
    (void)key;
    return uuid_text(text, 0);
}

static int file_number_text(struct text *text, uint64_t key)
{
    (void)key;
    text_add(text, "0\t0\t%lu\n", (unsigned long)frames_total());
    return 0;
}

int pseudo_line(struct dentry *directory, const char *name, const char *content)
{
    int error = directory ? pseudo_file(directory, name, 0444, line_text) : -ENOMEM;

    if (!error)
        dentry_child(directory, name, (uint32_t)strlen(name))->inode->key = (uint64_t)content;
    return error;
}

struct constant {
    const char *name, *content;
};

static int lines(struct dentry *directory, const struct constant *constant, uint32_t count)
{
    int error = 0;

    for (uint32_t i = 0; i < count && !error; i++)
        error = pseudo_line(directory, constant[i].name, constant[i].content);
    return error;
}

static int sys_net(struct dentry *net)
{
    static const struct constant core[] = {
        {"somaxconn", "4096"},         {"rmem_max", "4194304"},    {"wmem_max", "4194304"},
        {"rmem_default", "212992"},    {"wmem_default", "212992"}, {"optmem_max", "20480"},
        {"netdev_max_backlog", "1000"}};
    static const struct constant ipv4[] = {{"ip_local_port_range", "32768\t60999"},
                                           {"ip_forward", "0"},
                                           {"ip_default_ttl", "64"},
                                           {"ip_nonlocal_bind", "0"},
                                           {"ip_unprivileged_port_start", "1024"},
                                           {"tcp_rmem", "4096\t131072\t6291456"},
                                           {"tcp_wmem", "4096\t16384\t4194304"},
                                           {"tcp_fin_timeout", "60"},
                                           {"tcp_keepalive_time", "7200"},
                                           {"tcp_keepalive_intvl", "75"},
                                           {"tcp_keepalive_probes", "9"},
                                           {"tcp_max_syn_backlog", "4096"},
                                           {"tcp_syncookies", "0"},
                                           {"tcp_fastopen", "0"},
                                           {"tcp_sack", "1"},
                                           {"tcp_timestamps", "1"},
                                           {"tcp_window_scaling", "1"},
                                           {"tcp_congestion_control", "reno"},
                                           {"tcp_available_congestion_control", "reno"}};
    static const struct constant ipv6[] = {{"bindv6only", "0"}};
    static const struct constant all[] = {{"disable_ipv6", "0"}, {"forwarding", "0"}};
    static const struct constant local[] = {{"max_dgram_qlen", "10"}};
    struct dentry *six = pseudo_directory(net, "ipv6");
    int error = lines(pseudo_directory(net, "core"), core, ARRAY_SIZE(core));

    error = error ? error : lines(pseudo_directory(net, "ipv4"), ipv4, ARRAY_SIZE(ipv4));
    error = error ? error : lines(six, ipv6, ARRAY_SIZE(ipv6));
    error =
        error ? error
              : lines(pseudo_directory(pseudo_directory(six, "conf"), "all"), all, ARRAY_SIZE(all));
    return error ? error : lines(pseudo_directory(net, "unix"), local, ARRAY_SIZE(local));
}

static int sys_start(struct dentry *root)
{
    static const struct constant kernel[] = {{"ostype", "Linux"},
                                             {"osrelease", MACHINE_RELEASE},
                                             {"version", MACHINE_VERSION},
                                             {"pid_max", "4194304"},
                                             {"ngroups_max", "65536"},
                                             {"cap_last_cap", "40"},
                                             {"threads-max", "4096"},
                                             {"domainname", "(none)"},
                                             {"core_pattern", "core"},
                                             {"randomize_va_space", "2"},
                                             {"sched_rr_timeslice_ms", "100"},
                                             {"shmmax", "18446744073692774399"},
                                             {"shmall", "18446744073692774399"},
                                             {"shmmni", "4096"},
                                             {"sem", "32000\t1024000000\t500\t32000"},
                                             {"msgmax", "8192"},
                                             {"msgmnb", "16384"},
                                             {"msgmni", "32000"},
                                             {"overflowuid", "65534"},
                                             {"overflowgid", "65534"},
                                             {"tainted", "0"}};
    static const struct constant vm[] = {{"overcommit_memory", "0"}, {"overcommit_ratio", "50"},
                                         {"max_map_count", "65530"}, {"mmap_min_addr", "65536"},
                                         {"swappiness", "60"},       {"nr_hugepages", "0"}};
    static const struct constant fs[] = {{"file-max", "65536"},
                                         {"nr_open", "65536"},
                                         {"pipe-max-size", "1048576"},
                                         {"protected_hardlinks", "0"},
                                         {"protected_symlinks", "0"}};
    static const struct constant inotify[] = {{"max_queued_events", "16384"},
                                              {"max_user_instances", "128"},
                                              {"max_user_watches", "65536"}};
    static const struct constant mqueue[] = {{"queues_max", "256"},
                                             {"msg_max", "10"},
                                             {"msgsize_max", "8192"},
                                             {"msg_default", "10"},
                                             {"msgsize_default", "8192"}};
    static const struct constant random[] = {{"entropy_avail", "256"}, {"poolsize", "256"}};
    struct dentry *sys = pseudo_directory(root, "sys");
    struct dentry *kernel_directory = pseudo_directory(sys, "kernel");
    struct dentry *random_directory = pseudo_directory(kernel_directory, "random");
    struct dentry *fs_directory = pseudo_directory(sys, "fs");
    int error = lines(kernel_directory, kernel, ARRAY_SIZE(kernel));

    error = error ? error : lines(pseudo_directory(sys, "vm"), vm, ARRAY_SIZE(vm));
    error = error ? error : lines(fs_directory, fs, ARRAY_SIZE(fs));
    error =
        error ? error : lines(pseudo_directory(fs_directory, "mqueue"), mqueue, ARRAY_SIZE(mqueue));
    error = error ? error
                  : lines(pseudo_directory(fs_directory, "inotify"), inotify, ARRAY_SIZE(inotify));
    error = error ? error : sys_net(pseudo_directory(sys, "net"));
    error = error ? error : lines(random_directory, random, ARRAY_SIZE(random));
    error = error ? error : pseudo_file(fs_directory, "file-nr", 0444, file_number_text);
    error = error ? error : pseudo_file(kernel_directory, "hostname", 0444, hostname_text);
    error = error ? error : pseudo_file(random_directory, "uuid", 0444, fresh_uuid_text);
    error = error ? error : pseudo_file(random_directory, "boot_id", 0444, boot_id_text);
    return error;
}

int procfs_start(struct dentry *root)
{
    static const struct {
        const char *name;
        text_maker make;
    } file[] = {
        {"meminfo", meminfo_text},         {"cpuinfo", cpuinfo_text}, {"stat", stat_text},
        {"uptime", uptime_text},           {"loadavg", loadavg_text}, {"version", version_text},
        {"vmstat", vmstat_text},           {"filesystems", filesystems_text}, {"cmdline", cmdline_text}, {"devices", devices_text}};
    static const struct constant empty[] = {
        {"swaps", "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority"}};
    struct dentry *ipc = pseudo_directory(root, "sysvipc");
    int error = pseudo_link(root, "mounts", "self/mounts");

    if (!error)
        error = ipc ? pseudo_file(ipc, "shm", 0444, shm_text) : -ENOMEM;
    if (!error)
        error = pseudo_file(ipc, "sem", 0444, sem_text);
    if (!error)
        error = pseudo_file(ipc, "msg", 0444, msg_text);

    for (uint32_t i = 0; i < ARRAY_SIZE(file) && !error; i++)
        error = pseudo_file(root, file[i].name, 0444, file[i].make);
    error = error ? error : lines(root, empty, ARRAY_SIZE(empty));
    error = error ? error : sys_start(root);
    error = error ? error : procnet_start(root);
    error = error ? error : procsys_start(root);
    return error ? error : procfs_processes(root);
}

int cpus_text(struct text *text, uint64_t key)
{
    (void)key;
    if (cpus_used() > 1)
        text_add(text, "0-%u\n", cpus_used() - 1);
    else
        text_add(text, "0\n");
    return 0;
}

int sysfs_start(struct dentry *root)
{
    static const char *const name[] = {"online", "possible", "present"};
    struct dentry *system = pseudo_directory(pseudo_directory(root, "devices"), "system");
    struct dentry *cpu = pseudo_directory(system, "cpu");
    struct dentry *node = pseudo_directory(pseudo_directory(system, "node"), "node0");
    char text[16];
    int error = cpu && node ? pseudo_file(node, "cpulist", 0444, cpus_text) : -ENOMEM;

    for (uint32_t i = 0; i < ARRAY_SIZE(name) && !error; i++)
        error = pseudo_file(cpu, name[i], 0444, cpus_text);
    for (uint32_t i = 0; i < max_of(cpus_used(), 1u) && !error; i++) {
        format(text, sizeof text, "cpu%u", i);
        error = pseudo_directory(cpu, text) ? 0 : -ENOMEM;
    }
    if (!error && !pseudo_directory(pseudo_directory(root, "class"), "net"))
        error = -ENOMEM;
    if (!error && !pseudo_directory(pseudo_directory(root, "fs"), "cgroup"))
        error = -ENOMEM;
    return error ? error : syssys_start(root);
}
