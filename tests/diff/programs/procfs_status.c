/* SPDX-License-Identifier: MIT */
/* procfs_status.c - the lines of /proc/self/status that programs read. */
#include "tests/diff/diff.h"

static const char *const wanted[] = {"Name",   "State",  "Tgid",   "Pid",    "PPid",
                                     "Uid",    "Gid",    "VmSize", "VmRSS",  "Threads",
                                     "SigPnd", "SigBlk", "SigIgn", "SigCgt", "CapEff"};

int main(void)
{
    char line[512];

    prctl(PR_SET_NAME, "renamed");
    mask_signal(SIG_BLOCK, SIGUSR1);
    raise(SIGUSR1);
    signal(SIGUSR2, SIG_IGN);
    catch_signal(SIGTERM, 0);
    FILE *status = fopen("/proc/self/status", "r");
    NEED(status);
    while (fgets(line, sizeof line, status)) {
        char *colon = strchr(line, ':');

        NEED(colon);
        *colon = 0;
        for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
            long value = strtol(colon + 1, NULL, 10);

            if (strcmp(line, wanted[i]) != 0)
                continue;
            if (strcmp(line, "Name") == 0 || strcmp(line, "State") == 0)
                printf("%s:%s", line, colon + 1);
            else if (strcmp(line, "Tgid") == 0 || strcmp(line, "Pid") == 0)
                printf("%s right %d\n", line, value == getpid());
            else if (strcmp(line, "PPid") == 0)
                printf("PPid right %d\n", value == getppid());
            else if (line[0] == 'V')
                printf("%s more than 0: %d, in kB: %d\n", line, value > 0,
                       strstr(colon + 1, " kB\n") != NULL);
            else if (strncmp(line, "Sig", 3) == 0)
                printf("%s %llx\n", line, strtoull(colon + 1, NULL, 16) & 0xffff);
            else if (strcmp(line, "CapEff") == 0)
                printf("has CapEff\n");
            else
                printf("%s:%s", line, colon + 1);
        }
    }
    return 0;
}
