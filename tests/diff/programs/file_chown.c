/* SPDX-License-Identifier: MIT */
/* file_chown.c - owners change, set-id bits fall, links can be changed themselves. */
#include "tests/diff/diff.h"

static void say_owner(const char *path)
{
    struct stat file;

    NEED(lstat(path, &file) == 0);
    printf("%s: %u:%u %04o\n", path, file.st_uid, file.st_gid, file.st_mode & 07777);
}

int main(void)
{
    make_text("file", "x");
    NEED(chmod("file", 06755) == 0 && symlink("file", "link") == 0);
    SHOW(chown("file", 1, 2));
    say_owner("file");
    SHOW(chown("file", -1, 3));
    say_owner("file");
    SHOW(lchown("link", 5, 6));
    say_owner("file");
    struct stat link;
    NEED(lstat("link", &link) == 0);
    printf("link: %u:%u\n", link.st_uid, link.st_gid);
    SHOW(fchown(open("file", O_RDONLY), 7, -1));
    say_owner("file");
    SHOW(fchownat(AT_FDCWD, "link", 8, 8, 0));
    say_owner("file");
    SHOW(chown("missing", 0, 0));
    SHOW(fchown(99, 0, 0));
    SHOW(fchownat(AT_FDCWD, "file", 0, 0, 0x1234));
    return 0;
}
