/* SPDX-License-Identifier: MIT */
/* file_nametoolong.c - names up to 255 bytes and paths up to 4095. */
#include "tests/diff/diff.h"

static char path[5000];

int main(void)
{
    char name[257];

    memset(name, 'n', sizeof name);
    name[255] = 0;
    SHOW(mkdir(name, 0755));
    SHOW(rmdir(name));
    name[255] = 'n';
    name[256] = 0;
    SHOW(mkdir(name, 0755));
    SHOW(access(name, F_OK));
    SHOW(symlink("x", name));
    SHOW(rename("x", name));
    for (size_t i = 0; i < 4094; i += 2)
        memcpy(path + i, "./", 2);
    strcpy(path + 4094, ".");
    printf("%zu bytes: %d\n", strlen(path), access(path, F_OK));
    strcpy(path + 4094, "./");
    printf("%zu bytes:\n", strlen(path));
    SHOW(access(path, F_OK));
    memset(path, '/', 4096);
    SHOW(access(path, F_OK));
    return 0;
}
