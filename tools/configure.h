/* SPDX-License-Identifier: MIT */
/*
 * configure.h - the maintainer scripts of packages, run inside Lorica.
 *
 * A package is more than its files: its scripts make links of the alternatives system, users and caches. They are
 * strangers' programs that expect to be root, so they run where strangers belong: in an instance. dpkg itself runs
 * them, over the files that package.c has unpacked; what they changed comes back as an archive on standard output.
 */
#pragma once
#include "tools/text.h"
#include "tools/tree.h"

struct configure_package {
    char *name;           /* belongs to the job */
    struct node *control; /* the control archive: control, postinst, preinst, ... */
    int tool;             /* needed by scripts only: not in the finished root */
};

struct configure_job {
    struct configure_package *package;
    size_t count;
};

/* Add a package to a job; takes both. */
void configure_add(struct configure_job *job, char *name, struct node *control, int tool);

/* How many packages of the job have scripts that must run. */
size_t configure_pending(const struct configure_job *job);

/* Everything in the tree so far is to be in the finished root; what comes later is there for the scripts only. */
void configure_keep(struct node *root);

/*
 * configure_run - run the scripts in an instance and apply what they changed to the tree.
 *
 * root       the unpacked files, tools included; afterwards without the tools
 * temporary  path for the archive that the instance starts with; removed again
 * log        path of a file that gets what the scripts printed
 *
 * A script that fails is named on standard error, and the rest goes on, as dpkg does.
 * Errors     an instance that does not start or end ends the process with a message (125)
 */
void configure_run(const struct configure_job *job, struct node *root, const char *temporary,
                   const char *log);
