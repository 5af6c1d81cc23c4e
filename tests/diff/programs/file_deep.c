/* SPDX-License-Identifier: MIT */
/* file_deep.c - directories nested a hundred deep. */
#include "tests/diff/diff.h"

int main(void)
{
    for (int i = 0; i < 100; i++)
        NEED(mkdir("d", 0755) == 0 && chdir("d") == 0);
    make_text("bottom", "deep");
    char up[512] = "";
    for (int i = 0; i < 100; i++)
        strcat(up, "../");
    SHOW(chdir(up));
    char down[512] = "";
    for (int i = 0; i < 100; i++)
        strcat(down, "d/");
    strcat(down, "bottom");
    say_file(down);
    SHOW(unlink(down));
    return 0;
}
