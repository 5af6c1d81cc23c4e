/* SPDX-License-Identifier: MIT */
/* glibc_locale_math.c - locale C, number parsing and mathematics of the dynamic library. */
#include "tests/diff/diff.h"

#include <locale.h>
#include <math.h>

int main(void)
{
    char *end;

    printf("%s\n", setlocale(LC_ALL, ""));
    printf("%.17g %.17g\n", strtod("0.1", NULL), strtod("1e308", NULL) * 10);
    long number = strtol("0x7fzz", &end, 0);
    printf("%ld %s\n", number, end);
    printf("%.15f %.15f\n", sin(1), exp(1));
    printf("%.15f\n", pow(2, 0.5));
    volatile double zero = 0;
    TELL(isnan(zero / zero));
    return 0;
}
