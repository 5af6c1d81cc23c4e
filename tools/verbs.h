/* SPDX-License-Identifier: MIT */
/*
 * verbs.h - the handlers behind the table of verbs (lorica.c), and their options.
 */
#pragma once
#include "tools/option.h"

extern const struct option_row run_options[], debug_options[], check_options[], strace_options[],
    why_options[], ps_options[], stop_options[], kill_options[], logs_options[], rm_options[],
    exec_options[];
extern const char run_examples[], run_notes[], check_examples[], check_notes[], strace_examples[],
    strace_notes[], why_examples[], why_notes[], ps_examples[], stop_examples[], kill_examples[],
    logs_examples[], rm_examples[], exec_examples[], exec_notes[];

int verb_pcap(const struct verb *verb, int argc, char **argv);
int verb_run(const struct verb *verb, int argc, char **argv);
int verb_check(const struct verb *verb, int argc, char **argv);
int verb_strace(const struct verb *verb, int argc, char **argv);
int verb_ps(const struct verb *verb, int argc, char **argv);
int verb_stop(const struct verb *verb, int argc, char **argv);
int verb_kill(const struct verb *verb, int argc, char **argv);
int verb_logs(const struct verb *verb, int argc, char **argv);
int verb_rm(const struct verb *verb, int argc, char **argv);
int verb_exec(const struct verb *verb, int argc, char **argv);
int verb_why(const struct verb *verb, int argc, char **argv);
int verb_debug(const struct verb *verb, int argc, char **argv);
int verb_make(const struct verb *verb, int argc, char **argv); /* build, test */
int verb_bench(const struct verb *verb, int argc, char **argv);
int verb_help(const struct verb *verb, int argc, char **argv);
