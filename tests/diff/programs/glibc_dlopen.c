/* SPDX-License-Identifier: MIT */
/* glibc_dlopen.c - shared libraries loaded at run time. */
#include "tests/diff/diff.h"

#include <dlfcn.h>

int main(void)
{
    void *library = dlopen("libm.so.6", RTLD_NOW);

    NEED(library);
    double (*function)(double) = (double (*)(double))dlsym(library, "cbrt");
    NEED(function);
    printf("cbrt(27) = %.3f\n", function(27));
    TELL(dlsym(library, "no_such_function") == NULL);
    SHOW(dlclose(library));
    TELL(dlopen("libnothere.so.1", RTLD_NOW) == NULL);
    return 0;
}
