// SPDX-License-Identifier: MIT
/* The limits of process 1 are usable ones: pam_limits reads them and gives them to those who log in. Their values differ by machine. */
#include <stdio.h>
#include <string.h>

int main(void)
{
    FILE *file = fopen("/proc/1/limits", "r");
    char line[256], name[27], soft[21], hard[21];

    if (!file)
        return printf("no /proc/1/limits\n");
    for (int row = 0; fgets(line, sizeof line, file); row++) {
        if (sscanf(line, "%26[^\n]%20s%20s", name, soft, hard) != 3)
            return printf("row %d: %s", row, line);
        int needed = strstr(name, "open files") || strstr(name, "stack size") ||
                     strstr(name, "processes") || strstr(name, "file size") == name + 4;
        printf("%s%s\n", name, needed ? strcmp(soft, "0") ? "some" : "none" : "");
    }
    return 0;
}
