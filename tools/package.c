/* SPDX-License-Identifier: MIT */
/*
 * package.c - roots made of Debian packages, cached.
 *
 * apt decides what a package needs and fetches it, from this machine's own sources but with lists
 * and cache of its own and an empty status file, so that nothing of the machine's apt is touched
 * and no privilege is needed. Packages are unpacked in memory. Their maintainer scripts run inside
 * Lorica (configure.c), but for those of the default packages: what these would have made (users,
 * links of the alternatives system) is added here.
 *
 * Cache: root-KEY.cpio is the finished archive, root-KEY.list its packages with versions; KEY is a
 * hash of the sorted package names, of FORMAT, and of whether scripts run. Both are renamed into place, the list first.
 *
 * Left out of roots: documentation, translations (package_prune), most character set converters, and
 * dpkg with its kin, which administer a system that is not there; naming such a package in
 * --package brings it back.
 */
#define _GNU_SOURCE
#include "tools/package.h"
#include "tools/configure.h"
#include "tools/cpio.h"
#include "tools/import.h"
#include "tools/process.h"
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define PACKAGE_FORMAT "6" /* raise when roots are made differently */

static const char *const package_default[] = {
    "base-files", "bash", "bc",   "busybox-static", "coreutils", "dash", "diffutils",
    "findutils",  "gawk", "grep", "gzip",           "libc-bin",  "sed",  "tar"};
static const char *const package_left_out[] = {
    "dpkg",    "debconf",     "install-info",        "ucf",
    "adduser", "gcc-12-base", "init-system-helpers", "usrmerge"};
/* What scripts expect to find: the administration that is left out, and essential packages. */
static const char *const package_tool[] = {
    "adduser", "base-passwd", "debconf",   "debianutils",    "dpkg", "init-system-helpers",
    "login",   "passwd",      "perl-base", "sensible-utils", "ucf",  "util-linux"};
static const char *const package_prune[] = {"usr/share/doc",
                                            "usr/share/man",
                                            "usr/share/info",
                                            "usr/share/locale",
                                            "usr/share/lintian",
                                            "usr/share/bug",
                                            "usr/share/menu",
                                            "usr/share/doc-base",
                                            "usr/share/i18n",
                                            "usr/share/bash-completion",
                                            "usr/share/common-licenses"};

#define PACKAGE_CONVERTERS "usr/lib/x86_64-linux-gnu/gconv"
static const char *const package_converters[] = {/* kept: those that programs rely on */
                                                 "CP1252.so",          "ISO8859-1.so",
                                                 "ISO8859-15.so",      "UNICODE.so",
                                                 "UTF-16.so",          "UTF-32.so",
                                                 "UTF-7.so",           "gconv-modules",
                                                 "gconv-modules.cache"};

#define COUNT(array) (sizeof(array) / sizeof *(array))

struct package_job {
    struct text_list wanted; /* sorted names: default ones and the user's */
    char *apt;               /* directory of apt's private state */
    struct text_list file;   /* names of the .deb files, as apt names them */
    struct text_list exact;  /* "name=version" */
    int scripts;             /* whether maintainer scripts run */
};

static void package_wanted(struct text_list *wanted, const struct text_list *extra)
{
    for (size_t i = 0; i < COUNT(package_default); i++)
        text_list_add(wanted, text_copy(package_default[i]));
    for (size_t i = 0; i < extra->count; i++)
        if (!text_list_has(wanted, extra->item[i]))
            text_list_add(wanted, extra->item[i]);
    text_list_sort(wanted);
}

static char *package_key_path(const struct text_list *wanted, int scripts, const char *ending)
{
    uint64_t hash = 0xcbf29ce484222325; /* FNV-1a */
    struct buffer names = {0};

    buffer_format(&names, "%s%s", PACKAGE_FORMAT, scripts ? "" : " without scripts");
    for (size_t i = 0; i < wanted->count; i++)
        buffer_format(&names, " %s", wanted->item[i]);
    for (size_t i = 0; i < names.length; i++)
        hash = (hash ^ (unsigned char)names.bytes[i]) * 0x100000001b3;
    buffer_free(&names);
    return text_format("%s/root-%016llx.%s", process_cache(), (unsigned long long)hash, ending);
}

char *package_root_path(const struct text_list *extra, int scripts)
{
    struct text_list wanted = {0};

    package_wanted(&wanted, extra);
    return package_key_path(&wanted, scripts, "cpio");
}

static void package_write(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");

    if (!file || fputs(text, file) < 0 || fclose(file))
        fail(STATUS_FAILED, "cannot write %s: %s", path, strerror(errno));
}

/* apt's private directories and configuration; what apt runs from now on uses them. */
static void package_apt_set_up(struct package_job *job)
{
    char *text;

    job->apt = text_format("%s/apt", process_cache());
    process_make_directory(text_format("%s/lists/partial", job->apt));
    process_make_directory(text_format("%s/cache/archives/partial", job->apt));
    process_make_directory(text_format("%s/packages", job->apt));
    package_write(text_format("%s/status", job->apt), "");
    text = text_format("Dir::State::lists \"%s/lists\";\nDir::State::status \"%s/status\";\n"
                       "Dir::State::extended_states \"%s/extended\";\nDir::Cache \"%s/cache\";\n"
                       "APT::Sandbox::User \"root\";\nAPT::Install-Recommends \"false\";\n"
                       "APT::Install-Suggests \"false\";\nAPT::Architecture \"amd64\";\n"
                       "APT::Architectures \"amd64\";\nAcquire::Languages \"none\";\n"
                       "Acquire::Retries \"2\";\nAcquire::http::Timeout \"60\";\n",
                       job->apt, job->apt, job->apt, job->apt);
    package_write(text_format("%s/apt.conf", job->apt), text);
    setenv("APT_CONFIG", text_format("%s/apt.conf", job->apt), 1);
    setenv("LC_ALL", "C", 1);
}

static int package_has_lists(const struct package_job *job)
{
    char *pattern = text_format("%s/lists/*_Packages*", job->apt);
    glob_t match;
    int has = !glob(pattern, 0, NULL, &match);

    if (has)
        globfree(&match);
    free(pattern);
    return has;
}

/* The first of apt's error lines ("E: ..."), or its last line. */
static char *package_error(const char *output)
{
    const char *at = text_starts(output, "E: ") ? output : strstr(output, "\nE: ");
    size_t length = strlen(output);

    if (at) {
        at += *at == '\n' ? 4 : 3;
        return text_format("%.*s", (int)strcspn(at, "\n"), at);
    }
    while (length && output[length - 1] == '\n')
        length--;
    at = memrchr(output, '\n', length);
    at = at ? at + 1 : output;
    return text_format("%.*s", (int)(length - (size_t)(at - output)), at);
}

static void package_update_lists(const struct package_job *job)
{
    char *argv[] = {"apt-get", "update", "-qq", NULL};
    struct buffer output = {0};

    say("fetching the package index...");
    if (process_run(argv, NULL, &output) || !package_has_lists(job))
        fail(STATUS_FAILED,
             "cannot fetch the package index: %s\n"
             "  try: check the network and /etc/apt/sources.list.d, or bring a root of your own "
             "with --root",
             package_error(output.bytes ? output.bytes : ""));
    buffer_free(&output);
}

/* Name of apt's file for a package: the epoch's colon is escaped. */
static char *package_file(const char *name, const char *version, const char *architecture)
{
    struct buffer file = {0};

    buffer_format(&file, "%s_", name);
    for (; *version; version++)
        buffer_format(&file, *version == ':' ? "%%3a" : "%c", *version);
    buffer_format(&file, "_%s.deb", architecture);
    return file.bytes;
}

static int package_is_left_out(const struct package_job *job, const char *name)
{
    for (size_t i = 0; i < COUNT(package_left_out); i++)
        if (!strcmp(name, package_left_out[i]))
            return !text_list_has(&job->wanted, name);
    return 0;
}

/* Lines "Inst NAME (VERSION SOURCES [ARCHITECTURE])" of a simulated installation. */
static void package_parse(struct package_job *job, char *output)
{
    job->file.count = job->exact.count = 0;
    for (char *save, *line = strtok_r(output, "\n", &save); line;
         line = strtok_r(NULL, "\n", &save)) {
        char name[256], version[256], *bracket;

        if (sscanf(line, "Inst %255s (%255s", name, version) != 2)
            continue;
        bracket = strchr(line, ')');
        while (bracket && bracket > line && *bracket != '[')
            bracket--;
        if (!bracket || *bracket != '[' || package_is_left_out(job, name))
            continue;
        bracket[strcspn(bracket, "]")] = 0;
        text_list_add(&job->file, package_file(name, version, bracket + 1));
        text_list_add(&job->exact, text_format("%s=%s", name, version));
    }
    text_list_sort(&job->file);
    text_list_sort(&job->exact);
}

/* Ask apt what the wanted packages need. Returns NULL, or apt's complaint. */
static char *package_resolve(struct package_job *job)
{
    static char *const fixed[] = {"apt-get", "-s", "-qq", "--no-install-recommends",
                                  "install", "--"};
    char **argv = allocate((COUNT(fixed) + job->wanted.count + 1) * sizeof *argv);
    struct buffer output = {0};
    char *wrong = NULL;

    memcpy(argv, fixed, sizeof fixed);
    memcpy(argv + COUNT(fixed), job->wanted.item, job->wanted.count * sizeof *argv);
    if (process_run(argv, NULL, &output))
        wrong = package_error(output.bytes ? output.bytes : "");
    else
        package_parse(job, output.bytes);
    buffer_free(&output);
    free(argv);
    return wrong;
}

_Noreturn static void package_unresolved(const char *wrong)
{
    static const char *const unknown[] = {"Unable to locate package ",
                                          "Couldn't find any package by "};
    const char *name = strchr(wrong, '\'');

    if (text_starts(wrong, unknown[0]))
        fail(STATUS_FAILED,
             "package %s: not found in this machine's package sources\n"
             "  try: apt-cache search %s",
             wrong + strlen(unknown[0]), wrong + strlen(unknown[0]));
    if (strstr(wrong, "has no installation candidate") && name) {
        int length = (int)strcspn(name + 1, "'");

        fail(STATUS_FAILED,
             "package %.*s: no such package, only others that provide it\n"
             "  try: apt-cache showpkg %.*s",
             length, name + 1, length, name + 1);
    }
    fail(STATUS_FAILED, "cannot work out which packages are needed: %s", wrong);
}

/* Fetch what is not there yet. Returns NULL, or apt's complaint. */
static char *package_fetch(struct package_job *job)
{
    char *directory = text_format("%s/packages", job->apt);
    char **argv = allocate((job->exact.count + 4) * sizeof *argv);
    struct buffer output = {0};
    size_t missing = 0, count = 0;
    char *wrong = NULL;

    argv[count++] = "apt-get";
    argv[count++] = "-qq";
    argv[count++] = "download";
    for (size_t i = 0; i < job->file.count; i++) {
        char *path = text_format("%s/%s", directory, job->file.item[i]);

        if (access(path, R_OK)) {
            argv[count++] = job->exact.item[i];
            missing++;
        }
        free(path);
    }
    if (missing) {
        say("fetching %zu package%s...", missing, missing == 1 ? "" : "s");
        if (process_run(argv, directory, &output))
            wrong = package_error(output.bytes ? output.bytes : "");
    }
    buffer_free(&output);
    free(argv);
    return wrong;
}

/* Links and files that maintainer scripts of the default packages would have made. */
static void package_finish_links(struct node *root)
{
    static const char *const links[][2] = {
        {"usr/bin/awk", "gawk"},
        {"usr/bin/nawk", "gawk"},
        {"usr/bin/which", "which.debianutils"},
        {"usr/bin/sh", "dash"},
        {"usr/bin/rbash", "bash"},
    };

    for (size_t i = 0; i < COUNT(links); i++) {
        char *target = text_format("usr/bin/%s", links[i][1]);

        if (!tree_find(root, root, links[i][0], 0) && tree_find(root, root, target, 1))
            tree_link(root, links[i][0], links[i][1]);
        free(target);
    }
}

static void package_finish_converters(struct node *root)
{
    struct node *directory = tree_find(root, root, PACKAGE_CONVERTERS, 0);

    for (size_t i = directory ? directory->child_count : 0; i-- > 0;) {
        int kept = 0;

        for (size_t k = 0; k < COUNT(package_converters); k++)
            kept |= !strcmp(directory->child[i]->name, package_converters[k]);
        if (!kept)
            tree_remove(directory->child[i]);
    }
}

static void package_finish(struct node *root)
{
    for (size_t i = 0; i < COUNT(package_prune); i++) {
        struct node *node = tree_find(root, root, package_prune[i], 0);

        if (node)
            tree_remove(node);
    }
    package_finish_converters(root);
    package_finish_links(root);
    tree_file(root, "etc/passwd", 0644,
              "root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n"
              "bin:x:2:2:bin:/bin:/usr/sbin/nologin\nsys:x:3:3:sys:/dev:/usr/sbin/nologin\n"
              "www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin\n"
              "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n");
    tree_file(root, "etc/group", 0644,
              "root:x:0:\ndaemon:x:1:\nbin:x:2:\nsys:x:3:\nadm:x:4:\ntty:x:5:\nwww-data:x:33:\n"
              "users:x:100:\nnogroup:x:65534:\n");
    tree_file(root, "etc/hosts", 0644, "127.0.0.1 localhost lorica\n::1 localhost\n");
    tree_file(root, "etc/hostname", 0644, "lorica\n");
    tree_file(root, "etc/nsswitch.conf", 0644,
              "passwd: files\ngroup: files\nshadow: files\nhosts: files dns\nservices: files\n"
              "protocols: files\n");
    tree_file(root, "etc/resolv.conf", 0644, "");
    tree_file(root, "etc/shells", 0644,
              "/bin/sh\n/usr/bin/sh\n/bin/bash\n/usr/bin/bash\n/bin/rbash\n/usr/bin/rbash\n"
              "/bin/dash\n/usr/bin/dash\n");
    if (!tree_find(root, root, "etc/ld.so.conf", 0))
        tree_file(root, "etc/ld.so.conf", 0644, "include /etc/ld.so.conf.d/*.conf\n");
}

static struct node *package_skeleton(void)
{
    static const char *const directories[] = {"usr/bin", "usr/sbin", "usr/lib", "usr/lib64", "etc",
                                              "dev",     "proc",     "sys",     "run",       "home",
                                              "var/log", "mnt",      "opt",     "srv"};
    static const char *const merged[] = {"bin", "sbin", "lib", "lib64"};
    struct node *root = tree_new();

    for (size_t i = 0; i < COUNT(directories); i++)
        tree_directory(root, directories[i], 0755);
    for (size_t i = 0; i < COUNT(merged); i++)
        tree_link(root, merged[i], text_format("usr/%s", merged[i]));
    tree_directory(root, "tmp", 01777);
    tree_directory(root, "var/tmp", 01777);
    tree_directory(root, "root", 0700);
    return root;
}

/* What runs that were killed left half written; the lock is held, so nobody is writing. */
static void package_sweep(void)
{
    char *pattern = text_format("%s/root-*.cpio.*", process_cache());
    glob_t match;

    if (!glob(pattern, 0, NULL, &match)) {
        for (size_t i = 0; i < match.gl_pathc; i++)
            unlink(match.gl_pathv[i]);
        globfree(&match);
    }
    free(pattern);
}

static char *package_deb(const struct package_job *job, const char *file)
{
    return text_format("%s/packages/%s", job->apt, file);
}

/* The packages of `job` that `without` (may be NULL) has not: files into the tree, control archives into the list. */
static void package_unpack(const struct package_job *job, const struct package_job *without,
                           struct node *root, struct configure_job *configure)
{
    for (size_t i = 0; i < job->file.count; i++) {
        const char *file = job->file.item[i];
        struct node *control = tree_new();

        if (without && text_list_has(&without->file, file))
            continue;
        import_package(root, control, package_deb(job, file));
        configure_add(configure, text_format("%.*s", (int)strcspn(file, "_"), file), control,
                      without != NULL);
    }
}

/* Run the scripts that there are. Their tools come from packages, too. */
static void package_configure(const struct package_job *job, struct configure_job *configure,
                              struct node *root, const char *temporary)
{
    struct package_job tools = {.apt = job->apt};
    char *wrong;

    for (size_t i = 0; i < job->wanted.count; i++)
        text_list_add(&tools.wanted, job->wanted.item[i]);
    for (size_t i = 0; i < COUNT(package_tool); i++)
        if (!text_list_has(&tools.wanted, package_tool[i]))
            text_list_add(&tools.wanted, text_copy(package_tool[i]));
    wrong = package_resolve(&tools);
    wrong = wrong ? wrong : package_fetch(&tools);
    if (wrong)
        fail(STATUS_FAILED,
             "cannot fetch what installation scripts need: %s\n"
             "  try: again with --update, or --no-scripts",
             wrong);
    configure_keep(root);
    package_unpack(&tools, job, root, configure);
    configure_run(configure, root, temporary, package_key_path(&job->wanted, 1, "log"));
}

static void package_write_root(const struct package_job *job, const char *path)
{
    struct node *root = package_skeleton();
    char *temporary = text_format("%s.%d", path, (int)getpid());
    struct configure_job configure = {0};

    package_sweep();
    package_unpack(job, NULL, root, &configure);
    package_finish(root);
    if (job->scripts && configure_pending(&configure))
        package_configure(job, &configure, root, temporary);
    cpio_file(temporary, root);
    if (rename(temporary, path) < 0)
        fail(STATUS_FAILED, "cannot write %s: %s", path, strerror(errno));
}

static void package_make(struct package_job *job, const char *path, int update)
{
    char *wrong, *list_path = package_key_path(&job->wanted, job->scripts, "list");
    struct buffer list = {0}, old = {0};
    int fresh = 0;

    package_apt_set_up(job);
    if (update || !package_has_lists(job)) {
        package_update_lists(job);
        fresh = 1;
    }
    wrong = package_resolve(job);
    if (wrong && !fresh) { /* the lists may be older than the package */
        package_update_lists(job);
        fresh = 1;
        wrong = package_resolve(job);
    }
    if (wrong)
        package_unresolved(wrong);
    wrong = package_fetch(job);
    if (wrong && !fresh) { /* updates remove old versions from the archive */
        package_update_lists(job);
        wrong = package_resolve(job);
        wrong = wrong ? wrong : package_fetch(job);
    }
    if (wrong)
        fail(STATUS_FAILED,
             "cannot fetch packages: %s\n"
             "  try: again with --update, or bring a root of your own with --root",
             wrong);
    for (size_t i = 0; i < job->exact.count; i++)
        buffer_format(&list, "%s\n", job->exact.item[i]);
    if (!access(path, R_OK) && !process_read_file(list_path, &old) &&
        !strcmp(old.bytes, list.bytes))
        return;
    package_write_root(job, path);
    package_write(list_path, list.bytes);
}

char *package_root(const struct text_list *extra, int scripts, int update, int explain)
{
    struct package_job job = {.scripts = scripts};
    char *path, *lock_path = text_format("%s/lock", process_cache());
    int lock;

    package_wanted(&job.wanted, extra);
    path = package_key_path(&job.wanted, scripts, "cpio");
    if (!update && !access(path, R_OK)) {
        if (explain)
            say("root from the cache: %s", path);
        return path;
    }
    lock = open(lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (lock < 0 || flock(lock, LOCK_EX) < 0)
        fail(STATUS_FAILED, "cannot lock %s: %s", lock_path, strerror(errno));
    if (update || access(path, R_OK)) /* another run may have made it meanwhile */
        package_make(&job, path, update);
    close(lock);
    free(lock_path);
    return path;
}
