/* SPDX-License-Identifier: MIT */
/*
 * package.h - roots made of Debian packages, cached.
 */
#pragma once
#include "tools/text.h"

/*
 * package_root - the finished root archive of the default packages and some more.
 *
 * extra    names of further packages; what they depend on comes along
 * scripts  run the packages' maintainer scripts (inside an instance); otherwise files only
 * update   fetch the package index anew, and the packages whose versions changed
 * explain  say on standard error what is taken from the cache
 *
 * Returns  path of a finished page-aligned cpio archive in the cache (gives)
 * Errors   an unknown package or a failed fetch ends the process (125); the cache stays as it was
 * Locks    the cache's lock file while a root is made; finished archives appear by rename
 */
char *package_root(const struct text_list *extra, int scripts, int update, int explain);

/* Where package_root's archive is or would be, without making it. Gives. */
char *package_root_path(const struct text_list *extra, int scripts);
