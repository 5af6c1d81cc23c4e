/* SPDX-License-Identifier: MIT */
/*
 * program.c - putting a program of this machine, and what it needs, into a root.
 *
 * Libraries are looked for as the dynamic linker does: RPATH (without RUNPATH), RUNPATH, the
 * directories of /etc/ld.so.conf, the default ones. The machine inside has no linker cache, so a
 * library from a directory that only ld.so.conf names gets a link in a default one.
 *
 * Not here: libraries that a program opens by itself later (dlopen, name service modules);
 * --package or --root bring those.
 */
#define _GNU_SOURCE
#include "tools/program.h"
#include "tools/elf.h"
#include "tools/text.h"
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PROGRAM_TRIPLET "/x86_64-linux-gnu"

struct closure {
    struct node *root;
    const char *word;
    const char *main_rpath;
    struct text_list done;   /* libraries by name */
    struct text_list system; /* directories that every search ends with */
    size_t named_count;      /* of those, how many come from ld.so.conf or the musl path file */
    int musl;
};

/* Whether the tree already has the same bytes at that path. */
static int program_same(struct node *root, const char *path, const char *host,
                        const struct stat *status)
{
    struct node *node = tree_find(root, root, path, 1);
    int fd, same = 0;
    void *bytes;

    if (!node || !S_ISREG(node->mode) || node->host_path || node->size != (uint64_t)status->st_size)
        return 0;
    if (!node->size)
        return 1;
    fd = open(host, O_RDONLY | O_CLOEXEC);
    bytes = mmap(NULL, (size_t)node->size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (bytes != MAP_FAILED) {
        same = !memcmp(bytes, node->bytes, (size_t)node->size);
        munmap(bytes, (size_t)node->size);
    }
    close(fd);
    return same;
}

/* Copy a file of this machine to the same path in the root. */
static void program_copy(struct node *root, const char *path)
{
    struct stat status;
    struct node *node;

    if (stat(path, &status) < 0)
        fail(STATUS_NOT_FOUND, "%s: %s", path, strerror(errno));
    if (program_same(root, path, path, &status))
        return;
    node = tree_place(root, path, S_IFREG | (status.st_mode & 0777));
    if (!node)
        fail(STATUS_FAILED, "cannot put %s into the root: a directory of its path is a file there",
             path);
    node->host_path = text_copy(path);
    node->size = (uint64_t)status.st_size;
    node->mtime = (uint32_t)status.st_mtime;
}

static int program_ours(const char *path)
{
    struct elf elf;
    const char *wrong = elf_open(&elf, path);

    elf_close(&elf);
    return !wrong;
}

/* Look for a library in a colon-separated list of directories; $ORIGIN is `origin`. Gives, or NULL.
 */
static char *program_search_list(const char *list, const char *origin, const char *name)
{
    while (list && *list) {
        size_t length = strcspn(list, ":");
        char *directory = text_format("%.*s", (int)length, list), *path;
        const char *rest = NULL;

        if (text_starts(directory, "$ORIGIN"))
            rest = directory + 7;
        else if (text_starts(directory, "${ORIGIN}"))
            rest = directory + 9;
        path = rest ? text_format("%s%s/%s", origin, rest, name)
                    : text_format("%s/%s", directory, name);
        free(directory);
        if (program_ours(path))
            return path;
        free(path);
        list += length + (list[length] == ':');
    }
    return NULL;
}

/* A library in a directory that the linker inside will not search gets a link in one that it does.
 */
static void program_link_default(struct closure *closure, const char *name, const char *path)
{
    char *link = text_format("%s%s/%s", "/usr/lib", closure->musl ? "" : PROGRAM_TRIPLET, name);

    if (!tree_find(closure->root, closure->root, link, 1))
        tree_link(closure->root, link, text_copy(path));
    free(link);
}

static char *program_search(struct closure *closure, const struct elf *by, const char *by_path,
                            const char *name)
{
    char *origin = text_copy(by_path), *path = NULL;

    *strrchr(origin, '/') = 0;
    if (strchr(name, '/')) {
        free(origin);
        return access(name, R_OK) ? NULL : text_copy(name);
    }
    if (!by->runpath) {
        path = program_search_list(by->rpath, origin, name);
        if (!path)
            path = program_search_list(closure->main_rpath, origin, name);
    }
    if (!path)
        path = program_search_list(by->runpath, origin, name);
    free(origin);
    for (size_t i = 0; !path && i < closure->system.count; i++) {
        path = program_search_list(closure->system.item[i], "", name);
        if (path && i < closure->named_count)
            program_link_default(closure, name, path);
    }
    return path;
}

static void program_needs(struct closure *closure, const struct elf *elf, const char *path)
{
    for (size_t i = 0; i < elf->needed.count; i++) {
        const char *name = elf->needed.item[i];
        struct elf library;
        const char *wrong;
        char *found;

        if (text_list_has(&closure->done, name))
            continue;
        if (closure->musl && (!strcmp(name, "libc.so") || text_starts(name, "libc.musl-")))
            continue; /* musl's interpreter is its C library */
        text_list_add(&closure->done, text_copy(name));
        found = program_search(closure, elf, path, name);
        if (!found)
            fail(STATUS_NOT_FOUND, "%s needs the library %s, which this machine does not have%s%s",
                 closure->word, name, strcmp(path, closure->word) ? "\n  asked for by " : "",
                 strcmp(path, closure->word) ? path : "");
        program_copy(closure->root, found);
        wrong = elf_open(&library, found);
        if (wrong)
            fail(STATUS_NOT_EXECUTABLE, "%s needs the library %s, which %s", closure->word, found,
                 wrong);
        program_needs(closure, &library, found);
        elf_close(&library);
        free(found);
    }
}

static void program_add_directory(struct closure *closure, const char *directory)
{
    if (*directory == '/' && !text_list_has(&closure->system, directory))
        text_list_add(&closure->system, text_copy(directory));
}

/* The directories that a file in the format of ld.so.conf lists. */
static void program_read_conf(struct closure *closure, const char *path, int depth)
{
    FILE *file = fopen(path, "re");
    char line[4096];

    while (file && fgets(line, sizeof line, file)) {
        char *word = line + strspn(line, " \t");
        glob_t match;

        word[strcspn(word, "#\n")] = 0;
        if (text_starts(word, "include") && depth < 8) {
            word += 7 + strspn(word + 7, " \t");
            if (glob(word, 0, NULL, &match))
                continue;
            for (size_t i = 0; i < match.gl_pathc; i++)
                program_read_conf(closure, match.gl_pathv[i], depth + 1);
            globfree(&match);
            continue;
        }
        for (char *save, *one = strtok_r(word, " \t:,", &save); one;
             one = strtok_r(NULL, " \t:,", &save))
            program_add_directory(closure, one);
    }
    if (file)
        fclose(file);
}

static void program_system_directories(struct closure *closure)
{
    static const char *const plain[] = {"/lib" PROGRAM_TRIPLET,
                                        "/usr/lib" PROGRAM_TRIPLET,
                                        "/lib64",
                                        "/usr/lib64",
                                        "/lib",
                                        "/usr/lib"};
    static const char *const musl[] = {"/lib", "/usr/local/lib", "/usr/lib"};

    if (closure->musl) {
        program_read_conf(closure, "/etc/ld-musl-x86_64.path", 8);
        closure->named_count = closure->system.count;
        for (size_t i = 0; i < 3; i++)
            program_add_directory(closure, musl[i]);
        return;
    }
    program_read_conf(closure, "/etc/ld.so.conf", 0);
    /* Default directories that the file names as well are searched by the linker inside anyway. */
    for (size_t i = 0; i < closure->system.count; i++)
        for (size_t j = 0; j < 6; j++)
            if (!strcmp(closure->system.item[i], plain[j])) {
                memmove(&closure->system.item[i], &closure->system.item[i + 1],
                        (closure->system.count - i - 1) * sizeof(char *));
                closure->system.count--;
                i--;
                break;
            }
    closure->named_count = closure->system.count;
    for (size_t i = 0; i < 6; i++)
        program_add_directory(closure, plain[i]);
}

static void program_elf(struct node *root, const char *word, const char *path,
                        const struct elf *elf)
{
    struct closure closure = {
        .root = root, .word = word, .main_rpath = elf->runpath ? NULL : elf->rpath};

    if (!elf->interpreter)
        return;
    if (access(elf->interpreter, R_OK))
        fail(STATUS_NOT_FOUND, "%s needs the interpreter %s, which this machine does not have",
             word, elf->interpreter);
    closure.musl = strstr(elf->interpreter, "ld-musl") != NULL;
    program_system_directories(&closure);
    program_copy(root, elf->interpreter);
    program_needs(&closure, elf, path);
}

/* First line of a script without "#!": the interpreter and what follows it. NULL: no script. Gives.
 */
static char *program_script(const char *path)
{
    FILE *file = fopen(path, "re");
    char line[256] = {0}, *text = NULL;

    if (!file)
        return NULL;
    if (fgets(line, sizeof line, file) && text_starts(line, "#!")) {
        line[strcspn(line, "\n")] = 0;
        text = text_copy(line + 2 + strspn(line + 2, " \t"));
    }
    fclose(file);
    return text;
}

static void program_check_script(struct node *root, const char *word, const char *script)
{
    char *interpreter = text_format("%.*s", (int)strcspn(script, " \t"), script);
    const char *rest = script + strlen(interpreter);

    if (!*interpreter)
        fail(STATUS_NOT_EXECUTABLE, "%s: its #! line names no interpreter", word);
    if (!tree_find(root, root, interpreter, 1))
        fail(STATUS_NOT_FOUND,
             "%s needs the interpreter %s, which is not in the root\n"
             "  try: --package with the Debian package that has it",
             word, interpreter);
    rest += strspn(rest, " \t");
    if (text_ends(interpreter, "/env") && *rest && *rest != '-') {
        char *name = text_format("%.*s", (int)strcspn(rest, " \t"), rest);
        char *in_bin = text_format("/usr/bin/%s", name),
             *in_local = text_format("/usr/local/bin/%s", name);

        if (!tree_find(root, root, in_bin, 1) && !tree_find(root, root, in_local, 1) &&
            !strchr(name, '='))
            fail(STATUS_NOT_FOUND,
                 "%s needs the interpreter %s, which is not in the root\n"
                 "  try: --package with the Debian package that has it",
                 word, name);
        free(name);
        free(in_bin);
        free(in_local);
    }
    free(interpreter);
}

/* "/a/./b/../c" -> "/a/c", by text alone. Gives. */
static char *program_normal(const char *path)
{
    char *normal = allocate(strlen(path) + 2);
    size_t length = 0;

    while (*path) {
        size_t part;

        path += strspn(path, "/");
        part = strcspn(path, "/");
        if (part == 2 && path[0] == '.' && path[1] == '.') {
            while (length && normal[--length] != '/')
                ;
        } else if (part && (part != 1 || path[0] != '.')) {
            normal[length++] = '/';
            memcpy(normal + length, path, part);
            length += part;
        }
        path += part;
    }
    normal[length] = 0;
    return normal;
}

void program_check_word(const char *word)
{
    struct stat status;
    struct elf elf;
    const char *wrong;
    char *script;

    if (stat(word, &status) < 0)
        fail(STATUS_NOT_FOUND, "%s: %s", word, strerror(errno));
    if (S_ISDIR(status.st_mode))
        fail(STATUS_NOT_EXECUTABLE, "%s is a directory\n  try: --root %s PROGRAM", word, word);
    if (!S_ISREG(status.st_mode))
        fail(STATUS_NOT_EXECUTABLE, "%s is not a regular file", word);
    if (!(status.st_mode & 0111))
        fail(STATUS_NOT_EXECUTABLE, "%s is not executable\n  try: chmod +x %s", word, word);
    script = program_script(word);
    if (!script) {
        wrong = elf_open(&elf, word);
        if (wrong)
            fail(STATUS_NOT_EXECUTABLE, "%s %s", word, wrong);
        elf_close(&elf);
    }
    free(script);
}

struct program program_place(struct node *root, const char *word)
{
    char *cwd = getcwd(NULL, 0), *path, *script, *directory;
    char real[PATH_MAX], real_normal[PATH_MAX];
    struct program program = {.arg0 = text_copy(word)};
    struct elf elf;

    program_check_word(word);
    program.cwd = text_copy(cwd && *cwd == '/' ? cwd : "/");
    path = program_normal(*word == '/' ? word : text_format("%s/%s", program.cwd, word));
    directory = text_copy(path);
    *strrchr(directory, '/') = 0;
    /* "link/../program" means something else by text than on disk: then start it by its real path.
     */
    if (!realpath(word, real) || !realpath(path, real_normal) || strcmp(real, real_normal)) {
        path = text_copy(real);
        program.arg0 = path;
    }
    program_copy(root, path);
    script = program_script(path);
    if (script) {
        program_check_script(root, word, script);
    } else if (!elf_open(&elf, path)) {
        program_elf(root, word, path, &elf);
        elf_close(&elf);
    }
    if (!tree_place(root, program.cwd, S_IFDIR | 0755))
        program.cwd = text_copy("/");
    free(script);
    free(directory);
    free(cwd);
    return program;
}
