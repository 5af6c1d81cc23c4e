/* SPDX-License-Identifier: MIT */
/*
 * program.h - putting a program of this machine, and what it needs, into a root.
 */
#pragma once
#include "tools/tree.h"

struct program {
    char *arg0; /* what to start: the word as typed, or an absolute path where that would not be
                   found */
    char *cwd;  /* working directory that makes a relative word right */
};

/*
 * program_place - put a program of this machine with its interpreter and libraries into a root.
 *
 * root  the tree to add to; files that are there already with the same contents stay
 * word  what the user typed: a path of this machine
 *
 * Everything lies at the same path as on this machine, so that the program sees what it would see
 * here.
 *
 * Returns  what to put into the manifest
 * Errors   end the process: 127 when the file, its interpreter or a library is missing (named); 126
 * when it cannot be executed
 */
struct program program_place(struct node *root, const char *word);

/*
 * program_check_word - judge a program's path before any root is made.
 *
 * Same errors as program_place, except those about the root's own files.
 */
void program_check_word(const char *word);
