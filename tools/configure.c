/* SPDX-License-Identifier: MIT */
/*
 * configure.c - the maintainer scripts of packages, run inside Lorica.
 *
 * dpkg's database is written here: packages with scripts are "unpacked", all others "installed", and
 * `dpkg --configure --pending` does the rest. Files that were changed are found by their change time.
 *
 * Not done: triggers of other packages (man-db, desktop files; ldconfig is run at the end), dpkg's own diversions,
 * and removals: what a script deletes is in the root nevertheless.
 */
#define _GNU_SOURCE
#include "tools/configure.h"
#include "tools/cpio.h"
#include "tools/import.h"
#include "tools/process.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define INFO     "var/lib/dpkg/info"
#define MEBIBYTE (1024 * 1024)

/* Default packages: what their scripts do, package.c does; and the scripts' own tools. */
static const char *const configure_done[] = {"adduser",
                                             "base-files",
                                             "base-passwd",
                                             "bash",
                                             "bc",
                                             "busybox-static",
                                             "coreutils",
                                             "dash",
                                             "debconf",
                                             "debianutils",
                                             "diffutils",
                                             "dpkg",
                                             "findutils",
                                             "gawk",
                                             "grep",
                                             "gzip",
                                             "libc-bin",
                                             "libc6",
                                             "login",
                                             "passwd",
                                             "perl-base",
                                             "readline-common",
                                             "sed",
                                             "sensible-utils",
                                             "tar",
                                             "ucf",
                                             "usrmerge",
                                             "util-linux",
                                             "util-linux-extra",
                                             "init-system-helpers"};

/* Runs as the first program of the instance. Scripts must not get the archive's stream. */
static const char configure_script[] =
    "#!/bin/sh\n"
    "exec 3>&1 1>&2 </dev/null\n"
    "cd /\n"
    "export DEBIAN_FRONTEND=noninteractive DEBCONF_NONINTERACTIVE_SEEN=true LC_ALL=C HOME=/root\n"
    "export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n"
    ": > /run/lorica-mark\n"
    "for script in /" INFO "/*.preinst; do\n"
    "    [ -e \"$script\" ] || continue\n"
    "    package=${script##*/}\n"
    "    package=${package%.preinst}\n"
    "    DPKG_MAINTSCRIPT_PACKAGE=$package DPKG_MAINTSCRIPT_NAME=preinst "
    "DPKG_MAINTSCRIPT_ARCH=amd64 \"$script\" install ||\n"
    "        echo \"lorica-failed $package\"\n"
    "done\n"
    "dpkg --force-depends --force-confdef --force-confold --abort-after=100000 --configure "
    "--pending\n"
    "dpkg-query -W -f '${db:Status-Status} ${Package}\\n' | while read -r status package; do\n"
    "    [ \"$status\" = installed ] || echo \"lorica-failed $package\"\n"
    "done\n"
    "ldconfig\n"
    "find / -xdev \\( -path /proc -o -path /sys -o -path /dev -o -path /run -o -path /tmp -o -path "
    "/var/lib/dpkg \\\n"
    "    -o -path /var/cache/debconf -o -path /var/log \\) -prune -o -cnewer /run/lorica-mark ! "
    "-type s -print0 > /run/lorica-changed\n"
    "tar --null --no-recursion --numeric-owner -C / -cf - -T /run/lorica-changed >&3 2>/dev/null\n"
    "exit 0\n";

void configure_add(struct configure_job *job, char *name, struct node *control, int tool)
{
    job->package = reallocate(job->package, (job->count + 1) * sizeof *job->package);
    job->package[job->count++] = (struct configure_package){name, control, tool};
}

static int configure_has(const struct configure_package *package, const char *script)
{
    return tree_child(package->control, script, strlen(script)) != NULL;
}

static int configure_is_pending(const struct configure_package *package)
{
    if (package->tool || !(configure_has(package, "postinst") || configure_has(package, "preinst")))
        return 0;
    for (size_t i = 0; i < sizeof configure_done / sizeof *configure_done; i++)
        if (!strcmp(package->name, configure_done[i]))
            return 0;
    return 1;
}

size_t configure_pending(const struct configure_job *job)
{
    size_t count = 0;

    for (size_t i = 0; i < job->count; i++)
        count += (size_t)configure_is_pending(&job->package[i]);
    return count;
}

void configure_keep(struct node *root)
{
    root->keep = 1;
    for (size_t i = 0; i < root->child_count; i++)
        configure_keep(root->child[i]);
}

/* Take out what was there for the scripts only. */
static void configure_drop_tools(struct node *directory)
{
    for (size_t i = directory->child_count; i-- > 0;)
        if (directory->child[i]->keep)
            configure_drop_tools(directory->child[i]);
        else
            tree_remove(directory->child[i]);
}

static void configure_copy(struct node *root, const struct configure_package *package,
                           const char *script)
{
    struct node *from = tree_child(package->control, script, strlen(script)), *to;
    char *path;

    if (!from)
        return;
    path = text_format(INFO "/%s.%s", package->name, script);
    to = tree_place(root, path, S_IFREG | 0755);
    if (!to)
        fail(STATUS_FAILED, "a package puts something else than a directory at /" INFO);
    to->bytes = from->bytes;
    to->size = from->size;
    free(path);
}

/* dpkg's database: a stanza for each package, and the scripts of those that are not configured yet. */
static void configure_database(const struct configure_job *job, struct node *root)
{
    struct buffer status = {0};

    for (size_t i = 0; i < job->count; i++) {
        const struct configure_package *package = &job->package[i];
        struct node *control = tree_child(package->control, "control", 7);
        char *path = text_format(INFO "/%s.list", package->name);

        if (!control)
            fail(STATUS_FAILED, "the package %s is damaged: it has no control file", package->name);
        buffer_format(&status, "%.*s", (int)control->size, (const char *)control->bytes);
        while (status.length && status.bytes[status.length - 1] == '\n')
            status.length--;
        buffer_format(&status, "\nStatus: install ok %s\n\n",
                      configure_is_pending(package) ? "unpacked" : "installed");
        tree_file(root, path, 0644, "");
        free(path);
        if (configure_is_pending(package)) {
            configure_copy(root, package, "preinst");
            configure_copy(root, package, "postinst");
        }
        configure_copy(root, package, "templates");
        configure_copy(root, package, "config");
    }
    tree_directory(root, "var/lib/dpkg/updates", 0755);
    tree_directory(root, "var/lib/dpkg/alternatives", 0755);
    tree_directory(root, "var/lib/dpkg/triggers", 0755);
    tree_file(root, "var/lib/dpkg/available", 0644, "");
    tree_file(root, "var/lib/dpkg/status", 0644, status.bytes);
}

/* What a running Debian has and scripts rely on: all its users, no services that start. */
static void configure_surroundings(struct node *root)
{
    static const char *const names[][2] = {{"etc/passwd", "usr/share/base-passwd/passwd.master"},
                                           {"etc/group", "usr/share/base-passwd/group.master"}};

    for (size_t i = 0; i < 2; i++) {
        struct node *master = tree_find(root, root, names[i][1], 1),
                    *node = tree_find(root, root, names[i][0], 1);

        if (master && node) {
            node->bytes = master->bytes;
            node->size = master->size;
        }
    }
    tree_file(root, "usr/sbin/policy-rc.d", 0755, "#!/bin/sh\nexit 101\n");
    tree_file(root, "lorica-configure", 0755, configure_script);
}

static uint64_t configure_size(const struct node *node)
{
    uint64_t size = S_ISREG(node->mode) ? node->size : 0;

    for (size_t i = 0; i < node->child_count; i++)
        size += configure_size(node->child[i]);
    return size;
}

/* Name the packages whose scripts failed. */
static void configure_report(const char *log)
{
    struct buffer text = {0};

    if (process_read_file(log, &text))
        return;
    for (char *save, *line = strtok_r(text.bytes, "\n", &save); line;
         line = strtok_r(NULL, "\n", &save))
        if (text_starts(line, "lorica-failed "))
            say("package %s: an installation script failed; %s has what it said",
                strchr(line, ' ') + 1, log);
    buffer_free(&text);
}

void configure_run(const struct configure_job *job, struct node *root, const char *temporary,
                   const char *log)
{
    char *memory =
        text_format("%llu", (unsigned long long)(1024 + 2 * configure_size(root) / MEBIBYTE));
    char *self = text_format("/proc/%d/exe", (int)getpid());
    char *command = text_format(
        "exec \"$0\" run --net none --memory %s --root \"$1\" /lorica-configure 2>\"$2\"", memory);
    char *argv[] = {"sh", "-c", command, self, (char *)(uintptr_t)temporary, (char *)(uintptr_t)log,
                    NULL};
    struct buffer changed = {0};
    static const char silence[] = "#!/bin/sh\nexit 0\n";
    struct node *chfn = tree_find(root, root, "usr/bin/chfn", 0), program;
    size_t pending = configure_pending(job);
    int status;

    say("configuring %zu package%s: installation scripts run inside...", pending,
        pending == 1 ? "" : "s");
    configure_database(job, root);
    configure_surroundings(root);
    if (chfn) { /* adduser calls it, and it fails as long as PAM is not configured */
        program = *chfn;
        chfn->bytes = silence;
        chfn->size = sizeof silence - 1;
    }
    cpio_file(temporary, root);
    if (chfn) {
        chfn->bytes = program.bytes;
        chfn->size = program.size;
    }
    status = process_run(argv, NULL, &changed);
    unlink(temporary);
    if (status || !changed.length)
        fail(STATUS_FAILED,
             "the installation scripts could not be run: status %d; %s has the reason\n"
             "  try: --no-scripts goes without them",
             status, log);
    configure_report(log);
    tree_remove(tree_find(root, root, "lorica-configure", 0));
    configure_drop_tools(root);
    import_bytes(root, changed.bytes, changed.length,
                 "the archive of what installation scripts made");
    free(memory);
    free(self);
    free(command);
}
