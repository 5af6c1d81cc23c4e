/* SPDX-License-Identifier: MIT */
/*
 * paths.h - for the programs of tests/diff that make one call on paths of every kind: files, directories, links
 * that lead somewhere or nowhere, what is missing, what is malformed. Each call finds the same tree.
 */
#pragma once
#include "tests/diff/diff.h"

static char long_name[300], long_path[5000];

static const char *const path_kind[] = {
    "file",      "dir",           "dir/inner",  "link",   "dirlink",    "dangling",    "loop",
    "fifo",      "missing",       "missing/x",  "file/x", "file/",      "dir/",        "link/",
    "dirlink/",  "dirlink/inner", "dangling/",  "loop/x", "",           ".",           "..",
    "dir/.",     "dir/..",        "full",       "./file", "dir//inner", "dir/../file", "missing/",
    "long name", "long path",     "bad pointer"};
enum {
    PATHS = sizeof path_kind / sizeof path_kind[0]
};

/* Makes the tree in a directory of its own and goes there; gives the path of a kind. */
static inline const char *make_paths(int kind)
{
    static int made;
    char directory[32];

    if (made)
        NEED(chdir("..") == 0);
    snprintf(directory, sizeof directory, "tree%d", made++);
    NEED(mkdir(directory, 0755) == 0 && chdir(directory) == 0);
    make_text("file", "0123456789");
    NEED(mkdir("dir", 0755) == 0 && mkdir("full", 0755) == 0 && mkdir("full/sub", 0755) == 0);
    make_text("dir/inner", "inside");
    NEED(symlink("file", "link") == 0 && symlink("dir", "dirlink") == 0);
    NEED(symlink("nowhere", "dangling") == 0 && symlink("loop", "loop") == 0);
    NEED(mkfifo("fifo", 0644) == 0);
    memset(long_name, 'n', 256);
    for (int i = 0; i < 4200; i += 2)
        memcpy(long_path + i, "./", 3);
    if (strcmp(path_kind[kind], "long name") == 0)
        return long_name;
    if (strcmp(path_kind[kind], "long path") == 0)
        return long_path;
    if (strcmp(path_kind[kind], "bad pointer") == 0)
        return BAD_POINTER;
    return path_kind[kind];
}

/* The call for each path: its result or its error. */
#define EACH_PATH(call)                                                                            \
    do {                                                                                           \
        printf("%s\n", #call);                                                                     \
        for (int kind = 0; kind < PATHS; kind++) {                                                 \
            const char *path = make_paths(kind);                                                   \
            errno = 0;                                                                             \
            long result = (long)(call);                                                            \
            if (result == -1)                                                                      \
                printf("  \"%s\": %s\n", path_kind[kind], error_name(errno));                      \
            else                                                                                   \
                printf("  \"%s\": %ld\n", path_kind[kind], result);                                \
        }                                                                                          \
    } while (0)

/* For results that are numbers of descriptors: 0 instead of them. */
#define OK(call) ((long)(call) == -1 ? -1 : 0)
