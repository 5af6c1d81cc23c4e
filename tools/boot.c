/* SPDX-License-Identifier: MIT */
/*
 * boot.c - from a request on the command line to a boot archive and a machine to start with it.
 *
 * Order: everything that can be refused cheaply is refused before a root is made or fetched.
 */
#define _GNU_SOURCE
#include "tools/boot.h"
#include "libos/init/manifest.h"
#include "tools/accel.h"
#include "tools/cpio.h"
#include "tools/import.h"
#include "tools/manifest.h"
#include "tools/package.h"
#include "tools/process.h"
#include "tools/program.h"
#include "tools/terminal.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define BOOT_ITEMS_MAX    8192u
#define BOOT_HEADROOM_MIB 32u         /* kernel, init, LibOS and a little room for the program */
#define BOOT_ROOM_MIB     384u        /* beside the root, when the user names no size */
#define DISK_DEVICE       "1b36:0010" /* QEMU's NVMe controller */
#define BOOT_PATH         "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

void request_start(struct request *request, const char *verb)
{
    *request = (struct request){.verb = verb,
                                .cpus = 1,
                                .memory_mib = MACHINE_MEMORY_DEFAULT,
                                .accel = "auto",
                                .cpu = "max",
                                .libos = "linux"};
    request->kernel = process_home_file("build/lorica.elf");
}

static void request_env(struct request *request, const char *argument)
{
    if (*argument == '=' || !*argument)
        fail(STATUS_FAILED, "%s: --env %s has no name\n  try: --env NAME=VALUE", request->verb,
             argument);
    if (strchr(argument, '='))
        text_list_add(&request->env, text_copy(argument));
    else if (getenv(argument))
        text_list_add(&request->env, text_format("%s=%s", argument, getenv(argument)));
}

/* Package names, comma separated; what Debian policy allows in a name, and nothing that apt takes
 * for an option. */
static void request_packages(struct request *request, const char *argument)
{
    char *list = text_copy(argument);

    for (char *save, *name = strtok_r(list, ", ", &save); name;
         name = strtok_r(NULL, ", ", &save)) {
        size_t good = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789+-.");

        if (name[good] || name[0] == '-' || name[0] == '.' || text_ends(name, "-") ||
            text_ends(name, "+-"))
            fail(STATUS_FAILED, "%s: --package %s is no name of a Debian package", request->verb,
                 name);
        text_list_add(&request->package, text_copy(name));
    }
}

static unsigned request_number(const struct request *request, const char *option,
                               const char *argument, unsigned low, unsigned high, const char *unit)
{
    uint64_t value;

    if (text_number(argument, UINT32_MAX, &value))
        fail(STATUS_FAILED, "%s: --%s needs a whole number%s, not %s", request->verb, option, unit,
             argument);
    if (value < low || value > high)
        fail(STATUS_FAILED, "%s: --%s %s is out of range: %u to %u%s", request->verb, option,
             argument, low, high, unit);
    return (unsigned)value;
}

static void request_accel(struct request *request, const char *argument)
{
    static const char *const known[] = {"auto", "kvm", "tcg", "icount"};

    for (size_t i = 0; i < 4; i++)
        if (!strcmp(argument, known[i])) {
            request->accel = known[i];
            return;
        }
    fail(STATUS_FAILED, "%s: --accel %s is unknown: auto, kvm or tcg", request->verb, argument);
}

int request_take(struct request *request, const struct option_row *row, const char *argument)
{
    const char *name = row->name;

    if (!strcmp(name, "cpus"))
        request->cpus = request_number(request, name, argument, 1, MACHINE_CPUS_MAX, "");
    else if (!strcmp(name, "memory")) {
        request->memory_mib =
            request_number(request, name, argument, MACHINE_MEMORY_MIN, 1u << 20, " MiB");
        request->memory_named = 1;
    } else if (!strcmp(name, "accel"))
        request_accel(request, argument);
    else if (!strcmp(name, "env"))
        request_env(request, argument);
    else if (!strcmp(name, "root"))
        request->root = argument;
    else if (!strcmp(name, "package"))
        request_packages(request, argument);
    else if (!strcmp(name, "update"))
        request->update = 1;
    else if (!strcmp(name, "no-scripts"))
        request->no_scripts = 1;
    else if (!strcmp(name, "manifest"))
        request->manifest = argument;
    else if (!strcmp(name, "app"))
        request->app = argument;
    else if (!strcmp(name, "net"))
        net_mode(&request->net, request->verb, argument);
    else if (!strcmp(name, "dhcp"))
        request->dhcp = 1;
    else if (!strcmp(name, "pcap"))
        request->pcap = argument;
    else if (!strcmp(name, "disk"))
        request->disk = argument;
    else if (!strcmp(name, "port"))
        net_port(&request->net, text_format("%s: --port", request->verb), argument, NULL);
    else if (!strcmp(name, "libos"))
        request->libos = argument;
    else if (!strcmp(name, "cpu"))
        request->cpu = argument;
    else if (!strcmp(name, "kernel"))
        request->kernel = text_copy(argument);
    else if (!strcmp(name, "verbose"))
        request->verbose = 1;
    else if (!strcmp(name, "no-rewrite"))
        request->no_rewrite = 1;
    else if (!strcmp(name, "pack"))
        request->pack = 1;
    else
        return 0;
    return 1;
}

/* NULL, or what is wrong with a file that is to be a disk. */
static const char *boot_disk_error(const char *path)
{
    struct stat status;

    if (access(path, R_OK | W_OK) || stat(path, &status))
        return strerror(errno);
    return S_ISREG(status.st_mode) || S_ISBLK(status.st_mode) ? NULL : "neither a file nor a disk";
}

static void boot_check(const struct request *request)
{
    if (request->root && request->package.count)
        fail(STATUS_FAILED,
             "%s: --root and --package exclude each other: packages go into the default root",
             request->verb);
    if (request->manifest &&
        (request->word_count || request->root || request->package.count || request->app))
        fail(STATUS_FAILED,
             "%s: --manifest says what to start and with which roots; give no program, --root, "
             "--package or --app with it",
             request->verb);
    if (request->net.forward_count && net_is_off(&request->net))
        fail(STATUS_FAILED, "%s: --port %s needs --net user", request->verb,
             request->net.forward[0].text);
    if (request->pack && request->app)
        fail(STATUS_FAILED, "%s: --pack is for the Linux LibOS; apps read roots as they are",
             request->verb);
    if (request->disk && !request->app && !request->manifest)
        fail(STATUS_FAILED,
             "%s: --disk %s: the Linux LibOS has no driver for it: use it with --app or --manifest",
             request->verb, request->disk);
    if (request->disk && boot_disk_error(request->disk))
        fail(STATUS_FAILED,
             "%s: --disk %s: %s\n  try: truncate -s 64M disk.img, and --disk disk.img",
             request->verb, request->disk, boot_disk_error(request->disk));
    if (access(request->kernel, R_OK))
        fail(STATUS_FAILED, "%s: no kernel at %s: %s\n  try: lorica build", request->verb,
             request->kernel, strerror(errno));
}

/* The file of a LibOS or app: a path, or a name in build/. Gives. */
static char *boot_libos_file(const char *name)
{
    static const char *const places[] = {"build/%s.elf", "build/apps/%s.elf", "build/apps/%s"};

    if (strchr(name, '/')) {
        if (access(name, R_OK))
            fail(STATUS_FAILED, "LibOS %s: %s", name, strerror(errno));
        return text_copy(name);
    }
    for (size_t i = 0; i < 3; i++) {
        char *part = text_format("%.*s%s%s", (int)(strchr(places[i], '%') - places[i]), places[i],
                                 name, strchr(places[i], '%') + 2);
        char *path = process_home_file(part);
        struct stat status;

        free(part);
        if (!stat(path, &status) && S_ISREG(status.st_mode))
            return path;
        free(path);
    }
    fail(STATUS_FAILED, "there is no LibOS or app named %s in %s/build\n  try: lorica build", name,
         process_home());
}

/* Add a file of this machine as a member of the boot archive. */
static void boot_add_file(struct cpio *cpio, const char *member, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        fail(STATUS_FAILED, "cannot read %s: %s\n  try: lorica build", path, strerror(errno));
    cpio_fd(cpio, member, fd);
    close(fd);
}

/* --- Roots
 * ----------------------------------------------------------------------------------------- */

/* A root as `run` or a manifest names it: an archive file, a tree, or both from the cache. */
struct boot_root {
    int file;          /* finished archive; -1: made from the tree */
    struct node *tree; /* NULL until asked for */
};

static struct node *boot_root_tree(struct boot_root *root)
{
    struct stat status;
    void *bytes;

    if (root->tree)
        return root->tree;
    if (fstat(root->file, &status) < 0)
        fail(STATUS_FAILED, "cannot read a root in the cache: %s", strerror(errno));
    bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, root->file, 0);
    root->tree = bytes == MAP_FAILED ? NULL : cpio_read(bytes, (size_t)status.st_size);
    if (!root->tree)
        fail(STATUS_FAILED, "a root in the cache %s is damaged\n  try: delete that directory",
             process_cache());
    return root->tree;
}

static struct boot_root boot_root_packages(const struct request *request,
                                           const struct text_list *package)
{
    char *path = package_root(package, !request->no_scripts, request->update, request->verbose);
    struct boot_root root = {.file = open(path, O_RDONLY | O_CLOEXEC)};

    if (root.file < 0)
        fail(STATUS_FAILED, "cannot read %s: %s", path, strerror(errno));
    free(path);
    return root;
}

/* The archive file of a root, made from its tree when that was changed, is all there is, or has to be packed. */
static int boot_root_file(struct boot_root *root, int changed, int pack)
{
    struct cpio cpio;

    if (root->file >= 0 && !changed && !pack)
        return root->file;
    (void)boot_root_tree(root);
    root->file = process_memory_file("lorica-root");
    cpio_open(&cpio, root->file);
    cpio.pack = pack;
    cpio_tree(&cpio, root->tree);
    cpio_close(&cpio);
    return root->file;
}

/* --- The manifest of `run PROGRAM ARGUMENTS`
 * ------------------------------------------------------- */

static int boot_env_has(const struct request *request, const char *name)
{
    for (size_t i = 0; i < request->env.count; i++)
        if (text_starts(request->env.item[i], name) && request->env.item[i][strlen(name)] == '=')
            return 1;
    return 0;
}

static void boot_manifest_env(const struct request *request, struct buffer *manifest,
                              unsigned terminals)
{
    const char *term = getenv("TERM");

    if (!boot_env_has(request, "PATH"))
        manifest_line(manifest, "env", "PATH=" BOOT_PATH);
    if (!boot_env_has(request, "HOME"))
        manifest_line(manifest, "env", "HOME=/root");
    if (terminals && !boot_env_has(request, "TERM"))
        manifest_line(manifest, "env", text_format("TERM=%s", term && *term ? term : "dumb"));
    for (size_t i = 0; i < request->env.count; i++) {
        size_t name = strcspn(request->env.item[i], "=") + 1, later = i + 1;

        while (later < request->env.count &&
               strncmp(request->env.item[later], request->env.item[i], name))
            later++;
        if (later == request->env.count) /* the last of one name counts */
            manifest_line(manifest, "env", request->env.item[i]);
    }
}

static char *boot_manifest(const struct request *request, const struct program *program,
                           int with_root)
{
    static const char *const streams[] = {"stdin", "stdout", "stderr"};
    struct buffer manifest = {0};
    unsigned terminals = request->detach ? 0 : terminal_mask();
    uint16_t rows, columns;

    buffer_format(&manifest, "%sinstance main\n", request->pcap ? "capture\n" : "");
    manifest_line(&manifest, "libos",
                  manifest_member(request->app ? request->app : request->libos));
    if (with_root)
        manifest_line(&manifest, "root", "root0.cpio");
    manifest_line(&manifest, "memory", "rest");
    /* Free positions are skipped: one is as good as all, and init comes up after each slice. */
    manifest_line(&manifest, "share", "1");
    if (program) {
        manifest_line(&manifest, "arg", program->arg0);
        manifest_line(&manifest, "cwd", program->cwd);
    } else {
        manifest_line(&manifest, "arg",
                      request->word_count ? request->words[0]
                      : request->app      ? request->app
                                          : "bash");
    }
    for (int i = 1; i < request->word_count; i++)
        manifest_line(&manifest, "arg", request->words[i]);
    boot_manifest_env(request, &manifest, terminals);
    for (unsigned i = 0; i < 3; i++)
        if (terminals & 1u << i)
            manifest_line(&manifest, "tty", streams[i]);
    if (terminals) {
        terminal_size(&rows, &columns);
        buffer_format(&manifest, "  window %u %u\n", rows, columns);
    }
    if (request->disk)
        manifest_line(&manifest, "device", DISK_DEVICE);
    if (request->verbose)
        manifest_pair(&manifest, "option", "verbose", "1");
    if (request->no_rewrite)
        manifest_pair(&manifest, "option", "rewrite", "0");
    if (request->pack)
        manifest_pair(&manifest, "option", "pack", "1");
    for (size_t i = 0; i + 1 < request->option.count; i += 2)
        manifest_pair(&manifest, "option", request->option.item[i], request->option.item[i + 1]);
    if (!net_is_off(&request->net)) {
        if (request->dhcp) {
            manifest_line(&manifest, "address", "dhcp");
        } else {
            manifest_line(&manifest, "address", NET_USER_ADDRESS "/" NET_USER_PREFIX);
            manifest_line(&manifest, "gateway", NET_USER_GATEWAY);
            manifest_line(&manifest, "dns", NET_USER_DNS);
        }
        if (net_is_user(&request->net)) { /* which has a router */
            manifest_line(&manifest, "address", NET_USER_ADDRESS6 "/" NET_USER_PREFIX6);
            manifest_line(&manifest, "gateway", NET_USER_GATEWAY6);
        }
        for (size_t i = 0; !request->app && i < request->net.forward_count; i++)
            manifest_pair(&manifest, "option", "listen",
                          text_format("%u/%s", request->net.forward[i].guest,
                                      request->net.forward[i].udp ? "udp" : "tcp"));
    }
    manifest_check_size(&manifest, request->verb);
    return manifest.bytes;
}

/* --- Putting it together
 * --------------------------------------------------------------------------- */

/* A machine whose size the user did not name grows with its root. */
static void boot_size_memory(struct request *request, int archive)
{
    struct stat status;
    uint64_t mib;

    if (fstat(archive, &status) < 0)
        return;
    mib = ((uint64_t)status.st_size >> 20) + 1;
    if (!request->memory_named && mib + BOOT_ROOM_MIB > request->memory_mib)
        request->memory_mib = (unsigned)mib + BOOT_ROOM_MIB;
    if (mib + BOOT_HEADROOM_MIB > request->memory_mib)
        fail(STATUS_FAILED,
             "%s: the root and the LibOSes take %llu MiB of the machine's %u\n"
             "  try: --memory %llu",
             request->verb, (unsigned long long)mib, request->memory_mib,
             (unsigned long long)(mib * 2 + 2 * BOOT_HEADROOM_MIB));
}

static void boot_start_archive(struct boot *boot, struct cpio *cpio)
{
    boot->archive = process_memory_file("lorica-boot");
    cpio_open(cpio, boot->archive);
    boot_add_file(cpio, "init", process_home_file("build/init.elf"));
    cpio_bytes(cpio, "manifest", boot->manifest, strlen(boot->manifest));
}

/* Is the word a program of this machine? A path that the root has as well is the root's, unless it
 * is relative. */
static int boot_is_host_program(const char *word, struct boot_root *root)
{
    struct node *node;

    if (!strchr(word, '/'))
        return 0;
    if (*word != '/')
        return 1;
    node = tree_find(boot_root_tree(root), root->tree, word, 1);
    if (!node) /* neither here nor there: refused before a machine is started */
        program_check_word(word);
    return !node;
}

static void boot_program(const struct request *request, struct boot *boot)
{
    struct boot_root root;
    struct program program;
    struct cpio cpio;
    char *libos;
    int host;

    if (request->word_count && !*request->words[0])
        fail(STATUS_NOT_FOUND, "%s: the name of the program is empty", request->verb);
    if (request->word_count && strchr(request->words[0], '/') && request->words[0][0] != '/')
        program_check_word(request->words[0]);
    if (request->dry_run) {
        boot->manifest = boot_manifest(request, NULL, !request->app);
        return;
    }
    libos = boot->libos_file = boot_libos_file(request->libos);
    if (request->root)
        root = (struct boot_root){.file = -1, .tree = import_path(request->root)};
    else
        root = boot_root_packages(request, &request->package);
    host = request->word_count && boot_is_host_program(request->words[0], &root);
    if (host)
        program = program_place(boot_root_tree(&root), request->words[0]);
    boot->manifest = boot_manifest(request, host ? &program : NULL, 1);
    boot_start_archive(boot, &cpio);
    boot_add_file(&cpio, manifest_member(request->libos), libos);
    cpio_fd(&cpio, "root0.cpio", boot_root_file(&root, host, request->pack));
    cpio_close(&cpio);
}

static void boot_app(const struct request *request, struct boot *boot)
{
    char *file = boot->libos_file = boot_libos_file(request->app);
    struct boot_root root;
    struct cpio cpio;

    boot->manifest = boot_manifest(request, NULL, request->root != NULL);
    if (request->dry_run)
        return;
    boot_start_archive(boot, &cpio);
    boot_add_file(&cpio, manifest_member(request->app), file);
    if (request->root) {
        root = (struct boot_root){.file = -1, .tree = import_path(request->root)};
        cpio_fd(&cpio, "root0.cpio", boot_root_file(&root, 0, 0));
    }
    cpio_close(&cpio);
}

/* A root of a manifest: `default`, `packages:a,b`, or a path relative to the manifest's directory.
 */
static struct boot_root boot_manifest_root(const struct request *request, const char *name)
{
    const char *slash = strrchr(request->manifest, '/');
    struct request more = *request;

    more.package = (struct text_list){0};
    if (!strcmp(name, "default"))
        return boot_root_packages(request, &more.package);
    if (text_starts(name, "packages:")) {
        request_packages(&more, name + 9);
        return boot_root_packages(request, &more.package);
    }
    if (*name != '/' && slash)
        name = text_format("%.*s/%s", (int)(slash - request->manifest), request->manifest, name);
    return (struct boot_root){.file = -1, .tree = import_path(name)};
}

/* Whose roots are to be packed: those of all Linux instances, or of those that say `option pack 1`. */
static uint8_t boot_packs[MANIFEST_INSTANCES_MAX]; /* by the number in root0.cpio, ... */

static void boot_manifest_packs(const struct request *request, const struct manifest *parsed)
{
    for (uint32_t i = 0; i < parsed->count; i++) {
        const struct manifest_instance *instance = &parsed->instance[i];
        int pack = request->pack && !strcmp(instance->libos, "linux");

        for (uint32_t n = 0; n < parsed->item_count; n++) {
            const struct manifest_item *item = &parsed->items[n];

            if (item->instance != i || item->list != MANIFEST_OPTION || strcmp(item->text, "pack"))
                continue;
            if (strcmp(item->value, "0") && strcmp(item->value, "1"))
                fail(STATUS_FAILED, "%s: instance %s: option pack %s is neither 0 nor 1",
                     request->manifest, instance->name, item->value);
            if (strcmp(instance->libos, "linux"))
                fail(STATUS_FAILED, "%s: instance %s: only LibOS linux has `option pack`",
                     request->manifest, instance->name);
            pack = item->value[0] == '1';
        }
        if (instance->root && pack)
            boot_packs[strtoul(instance->root + strlen("root"), NULL, 10) %
                       MANIFEST_INSTANCES_MAX] = 1;
    }
}

/* Reads the manifest as init will: mistakes are named before a machine is started. Ports that it publishes lead to
 * the instance's first IPv4 address. */
static void boot_check_manifest(struct request *request, struct boot *boot,
                                const struct manifest_use *use)
{
    static struct manifest parsed;
    static struct manifest_item items[BOOT_ITEMS_MAX];

    parsed.items = items;
    parsed.item_limit = BOOT_ITEMS_MAX;
    if (!manifest_parse(&parsed, text_copy(boot->manifest), strlen(boot->manifest)))
        fail(STATUS_FAILED, "%s:%u:%u: %s", request->manifest, parsed.error_line,
             parsed.error_column, parsed.error);
    for (size_t i = 0; i < use->publish_count; i++) {
        const struct manifest_publish *publish = &use->publish[i];
        const struct manifest_net *net = &parsed.instance[publish->instance].net;
        uint32_t n = 0;

        while (n < net->address_count && net->address[n].ipv6)
            n++;
        if (n == net->address_count && !net->dhcp)
            fail(STATUS_FAILED, "%s:%u: publish %s: instance %s has no IPv4 address",
                 request->manifest, publish->line, publish->text,
                 parsed.instance[publish->instance].name);
        const uint8_t *a = net->address[n].address + 12;

        net_port(&request->net, text_format("%s:%u: publish", request->manifest, publish->line),
                 publish->text,
                 net->dhcp ? NULL
                           : text_format("%u.%u.%u.%u", a[0], a[1], a[2],
                                         a[3])); /* NULL: the first that is lent */
    }
    boot_manifest_packs(request, &parsed);
    for (uint32_t i = 0; i < parsed.count; i++)
        text_list_add(&boot->names, text_copy(parsed.instance[i].name));
    for (uint32_t i = 0; i < parsed.count; i++)
        boot->card |= parsed.instance[i].net.dhcp | parsed.instance[i].net.autoconf;
    for (uint32_t i = 0; i < parsed.count; i++)
        boot->ipv6 |= parsed.instance[i].net.autoconf;
    for (uint32_t i = 0; i < parsed.count; i++)
        for (uint32_t n = 0; n < parsed.instance[i].net.address_count; n++) {
            boot->card = 1;
            boot->ipv6 |= parsed.instance[i].net.address[n].ipv6;
        }
    if (boot->card && net_is_off(&request->net))
        fail(STATUS_FAILED, "%s: %s has an address line: --net none contradicts it", request->verb,
             request->manifest);
}

static void boot_user_manifest(struct request *request, struct boot *boot)
{
    struct buffer text = {0};
    struct manifest_use use = {0};
    struct cpio cpio;

    if (process_read_file(request->manifest, &text))
        fail(STATUS_FAILED, "%s: --manifest %s: %s", request->verb, request->manifest,
             strerror(errno));
    if (strlen(text.bytes) != text.length)
        fail(STATUS_FAILED, "%s: --manifest %s is no text file", request->verb, request->manifest);
    boot->manifest = manifest_rewrite(text.bytes, &use);
    if (request->pcap)
        boot->manifest = text_format("%scapture\n", boot->manifest);
    boot->instances = use.instances ? use.instances : 1;
    boot_check_manifest(request, boot, &use);
    if (request->dry_run)
        return;
    boot_start_archive(boot, &cpio);
    for (size_t i = 0; i < use.libos.count; i++)
        boot_add_file(&cpio, manifest_member(use.libos.item[i]),
                      boot_libos_file(use.libos.item[i]));
    for (size_t i = 0; i < use.root.count; i++) {
        struct boot_root root = boot_manifest_root(request, use.root.item[i]);
        char *member = text_format("root%zu.cpio", i);

        cpio_fd(&cpio, member,
                boot_root_file(&root, 0, i < MANIFEST_INSTANCES_MAX && boot_packs[i]));
        free(member);
    }
    cpio_close(&cpio);
}

static enum machine_accel boot_accel(const struct request *request)
{
    if (!strcmp(request->accel, "icount"))
        return ACCEL_ICOUNT;
    if (!strcmp(request->accel, "kvm"))
        return ACCEL_KVM;
    if (!strcmp(request->accel, "tcg") || request->dry_run)
        return ACCEL_TCG;
    return accel_kvm_works(request->verbose) ? ACCEL_KVM : ACCEL_TCG;
}

void boot_prepare(struct request *request, struct boot *boot)
{
    *boot = (struct boot){.archive = -1,
                          .instances = 1,
                          .card = !request->manifest,
                          .ipv6 = !request->manifest && net_is_user(&request->net)};
    boot_check(request);
    if (!request->manifest)
        text_list_add(&boot->names, text_copy("main"));
    if (request->manifest)
        boot_user_manifest(request, boot);
    else if (request->app)
        boot_app(request, boot);
    else
        boot_program(request, boot);
    if (boot->archive >= 0)
        boot_size_memory(request, boot->archive);
    boot->wish = (struct machine_wish){.kernel = request->kernel,
                                       .append = "log=serial",
                                       .cpu = request->cpu,
                                       .cpus = request->cpus,
                                       .memory_mib = request->memory_mib,
                                       .disk = request->disk,
                                       .accel = boot_accel(request),
                                       .with_channel = 1};
    if (boot->card && !net_is_off(&request->net))
        boot->wish.net =
            net_arguments(&request->net, request->verb, boot->ipv6, request->memory_mib);
    else if (request->pcap)
        fail(STATUS_FAILED, "%s: --pcap %s: there is no network card: give an instance an address",
             request->verb, request->pcap);
    else if (request->net.forward_count)
        fail(STATUS_FAILED, "%s: --port %s: no instance of %s has an address line", request->verb,
             request->net.forward[0].text, request->manifest);
}
