/* SPDX-License-Identifier: MIT */
/*
 * procsys.c - settings and descriptions of the machine in /proc and /sys that never change: what monitors, run-time
 * systems and databases look at when they start.
 */
#include "libos/linux/fs/vfs.h"
#include "libos/linux/call/machine.h"
#include "libos/linux/mm/mm.h"

struct constant {
    const char *name, *content;
};

static int lines(struct dentry *directory, const struct constant *constant, uint32_t count)
{
    int error = directory ? 0 : -ENOMEM;

    for (uint32_t i = 0; i < count && !error; i++)
        error = pseudo_line(directory, constant[i].name, constant[i].content);
    return error;
}

static struct dentry *child(struct dentry *directory, const char *name)
{
    return directory ? dentry_child(directory, name, (uint32_t)strlen(name)) : NULL;
}

/* Below /proc/sys, whose directories proc.c has made. */
int procsys_start(struct dentry *root)
{
    static const struct constant kernel[] = {{"perf_event_paranoid", "3"},
                                             {"kptr_restrict", "2"},
                                             {"dmesg_restrict", "1"},
                                             {"panic", "0"},
                                             {"panic_on_oops", "1"},
                                             {"sysrq", "0"},
                                             {"modules_disabled", "1"},
                                             {"sched_child_runs_first", "0"},
                                             {"sched_autogroup_enabled", "0"},
                                             {"sched_rt_period_us", "1000000"},
                                             {"sched_rt_runtime_us", "950000"},
                                             {"numa_balancing", "0"},
                                             {"unprivileged_bpf_disabled", "2"},
                                             {"shm_rmid_forced", "0"},
                                             {"auto_msgmni", "0"},
                                             {"core_uses_pid", "0"},
                                             {"io_uring_disabled", "0"}};
    static const struct constant yama[] = {{"ptrace_scope", "3"}};
    static const struct constant vm[] = {{"overcommit_kbytes", "0"},
                                         {"dirty_ratio", "20"},
                                         {"dirty_background_ratio", "10"},
                                         {"dirty_expire_centisecs", "3000"},
                                         {"dirty_writeback_centisecs", "500"},
                                         {"min_free_kbytes", "0"},
                                         {"page-cluster", "3"},
                                         {"vfs_cache_pressure", "100"},
                                         {"zone_reclaim_mode", "0"},
                                         {"oom_kill_allocating_task", "0"},
                                         {"panic_on_oom", "0"},
                                         {"legacy_va_layout", "0"},
                                         {"nr_overcommit_hugepages", "0"}};
    static const struct constant fs[] = {{"aio-max-nr", "65536"},    {"aio-nr", "0"},
                                         {"lease-break-time", "45"}, {"leases-enable", "0"},
                                         {"suid_dumpable", "0"},     {"protected_fifos", "0"},
                                         {"protected_regular", "0"}, {"mount-max", "100000"}};
    static const struct constant epoll[] = {{"max_user_watches", "1048576"}};
    static const struct constant top[] = {
        {"modules", ""}, {"partitions", "major minor  #blocks  name\n"}, {"diskstats", ""}};
    struct dentry *sys = child(root, "sys");
    struct dentry *kernel_directory = child(sys, "kernel");
    struct dentry *fs_directory = child(sys, "fs");
    int error = lines(kernel_directory, kernel, ARRAY_SIZE(kernel));

    error =
        error ? error : lines(pseudo_directory(kernel_directory, "yama"), yama, ARRAY_SIZE(yama));
    error = error ? error : lines(child(sys, "vm"), vm, ARRAY_SIZE(vm));
    error = error ? error : lines(fs_directory, fs, ARRAY_SIZE(fs));
    error =
        error ? error : lines(pseudo_directory(fs_directory, "epoll"), epoll, ARRAY_SIZE(epoll));
    return error ? error : lines(root, top, ARRAY_SIZE(top));
}

static int topology_core(struct text *text, uint64_t cpu)
{
    text_add(text, "%lu\n", (unsigned long)cpu);
    return 0;
}

static int node_memory(struct text *text, uint64_t key)
{
    unsigned long total = frames_total() * (PAGE_SIZE / 1024);
    unsigned long available = frames_available() * (PAGE_SIZE / 1024);

    (void)key;
    text_add(text, "Node 0 MemTotal:       %8lu kB\nNode 0 MemFree:        %8lu kB\n", total,
             available);
    text_add(text, "Node 0 MemUsed:        %8lu kB\n", total - available);
    return 0;
}

/* A CPU is a core of its own, in one package: what is known of them. */
static int cpu_topology(struct dentry *cpu, uint32_t number)
{
    static const struct {
        const char *name;
        text_maker make;
    } file[] = {{"core_id", topology_core},
                {"thread_siblings_list", topology_core},
                {"core_siblings_list", cpus_text},
                {"package_cpus_list", cpus_text}};
    struct dentry *topology = pseudo_directory(cpu, "topology");
    int error = topology ? pseudo_line(topology, "physical_package_id", "0") : -ENOMEM;

    for (uint32_t i = 0; i < ARRAY_SIZE(file) && !error; i++) {
        error = pseudo_file(topology, file[i].name, 0444, file[i].make);
        if (!error)
            child(topology, file[i].name)->inode->key = number;
    }
    return error;
}

int syssys_start(struct dentry *root)
{
    static const struct constant huge[] = {
        {"enabled", "always madvise [never]"},
        {"defrag", "always defer defer+madvise madvise [never]"},
        {"shmem_enabled", "always within_size advise [never] deny force"},
        {"hpage_pmd_size", "2097152"},
        {"use_zero_page", "0"}};
    static const struct constant nodes[] = {{"online", "0"},
                                            {"possible", "0"},
                                            {"has_cpu", "0"},
                                            {"has_memory", "0"},
                                            {"has_normal_memory", "0"}};
    static const struct constant clocks[] = {{"current_clocksource", "tsc"},
                                             {"available_clocksource", "tsc"}};
    struct dentry *system = child(child(root, "devices"), "system");
    struct dentry *cpu = child(system, "cpu");
    struct dentry *node = child(system, "node");
    char name[16];
    int error = lines(node, nodes, ARRAY_SIZE(nodes));

    for (uint32_t i = 0; i < max_of(cpus_used(), 1u) && !error; i++) {
        format(name, sizeof name, "cpu%u", i);
        error = cpu_topology(child(cpu, name), i);
    }
    error = error ? error : pseudo_file(child(node, "node0"), "meminfo", 0444, node_memory);
    error = error ? error : pseudo_line(child(node, "node0"), "distance", "10");
    error = error ? error
                  : lines(pseudo_directory(pseudo_directory(system, "clocksource"), "clocksource0"),
                          clocks, ARRAY_SIZE(clocks));
    return error ? error
                 : lines(pseudo_directory(pseudo_directory(pseudo_directory(root, "kernel"), "mm"),
                                          "transparent_hugepage"),
                         huge, ARRAY_SIZE(huge));
}
