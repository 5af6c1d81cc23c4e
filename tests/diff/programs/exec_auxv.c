/* SPDX-License-Identifier: MIT */
/* exec_auxv.c - the auxiliary vector names what a C library and ld.so need. */
#include "tests/diff/diff.h"

int main(int argc, char **argv)
{
    (void)argc;
    printf("AT_PAGESZ %lu\n", getauxval(AT_PAGESZ));
    printf("AT_PHENT %lu\n", getauxval(AT_PHENT));
    TELL(getauxval(AT_PHNUM) > 1);
    TELL(getauxval(AT_PHDR) != 0);
    TELL(getauxval(AT_ENTRY) != 0);
    printf("AT_CLKTCK %lu\n", getauxval(AT_CLKTCK));
    printf("AT_SECURE %lu\n", getauxval(AT_SECURE));
    TELL(getauxval(AT_UID) == getuid());
    TELL(getauxval(AT_EUID) == geteuid());
    TELL(getauxval(AT_GID) == getgid());
    TELL(getauxval(AT_EGID) == getegid());
    TELL(getauxval(AT_RANDOM) != 0);
    TELL(strcmp((char *)getauxval(AT_PLATFORM), "x86_64") == 0);
    TELL(strcmp((char *)getauxval(AT_EXECFN), argv[0]) == 0);
    TELL(getauxval(AT_HWCAP) != 0);
    TELL(getauxval(AT_SYSINFO_EHDR) != 0);
    SHOW((long)getauxval(9999));
    return 0;
}
