/* SPDX-License-Identifier: MIT */
/* path_known.c - the same paths asked for again and again while what they lead to changes. */
#include "tests/diff/diff.h"

static const char *const paths[] = {
    "known/a/file",     "known/link/file", "known/link",  "known/link/",
    "known/link/../up", "known/a/./file",  "known/end",   "known/end/file",
    "known/loop",       "known/chain",     "known/chain/file",
    "known/a/file/",    "known/gone/x",    "known/../known/a/file",
};

static char base[256]; /* the directory that this began in; empty: the root */

static void must(const char *what, bool ok)
{
    if (!ok)
        printf("failed: %s: %d\n", what, errno);
}
#define MUST(call) must(#call, call)

/* Twice: what was remembered must be what was found. */
static void look(const char *when)
{
    for (int round = 0; round < 2; round++)
        for (unsigned i = 0; i < sizeof paths / sizeof paths[0]; i++) {
            struct stat followed = {0}, plain = {0};
            char path[512];

            snprintf(path, sizeof path, "%s/%s", base, paths[i]);
            int a = stat(path, &followed) ? -errno : (int)followed.st_size;
            int b = lstat(path, &plain) ? -errno : (int)(plain.st_mode & S_IFMT);
            int fd = open(path, O_RDONLY);
            int c = fd < 0 ? -errno : 0;

            if (S_ISDIR(followed.st_mode))
                a = 0;
            if (fd >= 0)
                close(fd);
            fd = open(path, O_RDONLY | O_NOFOLLOW);
            printf("%s %d %s: %d %o %d %d\n", when, round, paths[i], a, (unsigned)b, c,
                   fd < 0 ? -errno : 0);
            if (fd >= 0)
                close(fd);
        }
}

static void make(const char *path, int bytes)
{
    int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0644);

    MUST(fd >= 0 && write(fd, "0123456789", (size_t)bytes) == bytes && close(fd) == 0);
}

int main(void)
{
    char link[512];

    MUST(getcwd(base, sizeof base) != NULL);
    look("nothing");
    MUST(mkdir("known", 0755) == 0 && mkdir("known/a", 0755) == 0);
    MUST(mkdir("known/b", 0755) == 0 && mkdir("known/b/in", 0755) == 0);
    look("directories");
    make("known/a/file", 1);
    MUST(symlink("a", "known/link") == 0 && symlink("loop", "known/loop") == 0);
    look("links");
    make("known/b/in/file", 2);
    make("known/b/up", 3);
    MUST(symlink("../known/link", "known/chain") == 0);
    snprintf(link, sizeof link, "%s/known/b/in", base);
    MUST(unlink("known/link") == 0 && symlink(link, "known/link") == 0);
    look("elsewhere");
    MUST(symlink("a/file", "known/end") == 0);
    MUST(rename("known/b", "known/c") == 0);
    look("renamed");
    MUST(rename("known/c", "known/b") == 0 && unlink("known/a/file") == 0);
    look("back");
    make("known/a/file", 7);
    MUST(chdir("known/b/in") == 0);
    for (int i = 0; i < 2; i++) {
        struct stat status = {0};

        printf("relative %d %d %d\n", stat("file", &status), stat("../up", &status),
               stat("../missing", &status));
    }
    look("again");
    MUST(chroot("..") == 0); /* the same paths lead elsewhere, and ".." ends there */
    for (int i = 0; i < 2; i++) {
        struct stat status = {0};

        printf("root %d", stat("/in/file", &status));
        printf(" %d %d %d\n", stat("/up", &status), stat("../up", &status), stat("../../up", &status));
    }
    base[0] = 0;
    look("below");
    return 0;
}
