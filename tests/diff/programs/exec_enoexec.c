/* SPDX-License-Identifier: MIT */
/* exec_enoexec.c - files that are executable by mode but not by content. */
#include "tests/diff/diff.h"

static void try(char *name, const void *bytes, size_t length)
{
    make_file(name, bytes, length, 0755);
    execv(name, (char *[]){name, NULL});
    printf("%s: %s\n", name, error_name(errno));
}

int main(void)
{
    unsigned char header[64] = {0x7f, 'E', 'L', 'F', 2, 1, 1};

    try("text", "hello\n", 6);
    try("empty", "", 0);
    try("one", "#", 1);
    try("magic-only", header, 4);
    try("half-header", header, 32);
    try("zero-header", header, 64);
    header[16] = 2;   /* ET_EXEC */
    header[18] = 183; /* EM_AARCH64 */
    header[20] = 1;
    header[52] = 64;
    try("other-machine", header, 64);
    header[18] = 62; /* EM_X86_64, but no program headers */
    try("no-headers", header, 64);
    return 0;
}
