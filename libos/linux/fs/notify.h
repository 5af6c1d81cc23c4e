/* SPDX-License-Identifier: MIT */
/*
 * notify.h - what happens to files, told to those who watch (fs/inotify.c).
 *
 * Masks are <linux/inotify.h>'s IN_*; IN_ISDIR is added here. All of these are nothing but one test
 * while nobody watches anything.
 */
#pragma once
#include "libos/linux/fs/vfs.h"
#include <linux/inotify.h>

extern uint32_t notify_watch_count; /* watches that exist */

void notify_inode_always(struct inode *inode, uint32_t mask);
void notify_dentry_always(struct dentry *dentry, uint32_t mask);
void notify_name_always(struct inode *directory, const char *name, uint32_t length, uint32_t mask,
                        uint32_t cookie);

/* The inode itself: its own watches. */
static inline void notify_inode(struct inode *inode, uint32_t mask)
{
    if (__builtin_expect(notify_watch_count != 0, 0))
        notify_inode_always(inode, mask);
}

/* A file by its name: watches of the directory it is in (with the name), and its own. */
static inline void notify_dentry(struct dentry *dentry, uint32_t mask)
{
    if (__builtin_expect(notify_watch_count != 0, 0) && dentry)
        notify_dentry_always(dentry, mask);
}

/* A name in a directory came or went: the directory's watches. mask with IN_ISDIR where it applies. */
static inline void notify_name(struct inode *directory, const char *name, uint32_t length,
                               uint32_t mask, uint32_t cookie)
{
    if (__builtin_expect(notify_watch_count != 0, 0))
        notify_name_always(directory, name, length, mask, cookie);
}

/* What joins the two events of one move. */
uint32_t notify_cookie(void);

/* The inode ends: the last event of its watches, which end with it. */
void notify_inode_end(struct inode *inode);
