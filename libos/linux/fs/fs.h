/* SPDX-License-Identifier: MIT */
/*
 * fs.h - files, directories, descriptors (folder fs): what the rest of the LibOS uses.
 *
 * A dentry is a name in the tree and owns a count on its inode; the whole tree is in memory. An
 * inode is a file of some kind; a file is an open description (shared by dup and fork); a struct
 * files is a process's table. The inside (inodes, dentries, walking) is in fs/vfs.h.
 */
#pragma once
#include "libos/linux/core.h"
#include "libos/linux/task.h"
#include "libos/linux/mm/mm.h"
#include <asm/stat.h>

struct file;
struct inode;
struct dentry;
struct iovec;
struct poll_wait; /* collects the queues that poll, select and epoll sleep on */

struct file_ops {
    /* buffer is a program's address (copy with user.h); offset is the position to use and to
     * advance */
    int64_t (*read)(struct file *file, uaddr_t buffer, uint64_t bytes, uint64_t *offset);
    int64_t (*write)(struct file *file, uaddr_t buffer, uint64_t bytes, uint64_t *offset);
    int64_t (*seek)(struct file *file, int64_t offset, int whence);          /* NULL: -ESPIPE */
    int64_t (*ioctl)(struct file *file, uint32_t request, uaddr_t argument); /* NULL: -ENOTTY */
    uint32_t (*poll)(
        struct file *file,
        struct poll_wait *wait); /* POLL* now true; registers queues if wait. NULL: always ready */
    /* a page of the file for mmap: gives a held frame (frame_hold done). NULL: cannot be mapped
     * (-ENODEV) */
    int (*page)(struct file *file, uint64_t index, bool write,
                frame_t *out); /* -EFAULT past the end: SIGBUS */
    int64_t (*readdir)(struct file *file, uaddr_t buffer, uint64_t bytes); /* getdents64 */
    int (*sync)(struct file *file);
    void (*release)(struct file *file); /* last close */
    void (*flush)(struct file *file);   /* a descriptor was closed, maybe not the last; NULL: nothing */
    /* the same as read and write, with LibOS memory (sendfile, splice, copies); NULL: cannot */
    int64_t (*read_here)(struct file *file, void *buffer, uint64_t bytes, uint64_t *offset);
    int64_t (*write_here)(struct file *file, const void *buffer, uint64_t bytes, uint64_t *offset);
    /* readv and writev as one piece (sockets); may change the vector. NULL: one buffer after the other */
    int64_t (*vector)(struct file *file, struct iovec *vector, uint64_t count, bool write);
};

struct file {
    uint32_t count;
    uint32_t flags; /* O_* of open, fcntl */
    uint64_t offset;
    const struct file_ops *ops;
    struct inode *inode;   /* held; NULL only for anonymous things such as epoll */
    struct dentry *dentry; /* held; NULL: no name (pipes) */
    void *state;           /* of the ops */
    int owner_pid;         /* F_SETOWN */
    int owner_signal;      /* F_SETSIG; 0: SIGIO without siginfo */
    uint32_t owner_uid, owner_euid; /* of who set it */
    void *async;           /* fs/async.c: while O_ASYNC is set */
    uint32_t flock_type;   /* F_UNLCK, F_RDLCK, F_WRLCK: has a lock of its own in inode->locks
                              (fs/lock.c) */
    void *epoll_items;     /* fs/epoll.c: interest in this file, ended by its last close */
};

/* A seek for files without a position: accepted, and nothing moves (counters, timers, event queues). */
int64_t file_seek_nowhere(struct file *file, int64_t offset, int whence);
struct file *file_new(const struct file_ops *ops, uint32_t flags); /* count 1; NULL: no memory */
void file_hold(struct file *file);
void file_drop(struct file *file);

/* Descriptors. Each returns a held file or NULL (-EBADF). */
struct file *fd_get(int fd);     /* not one opened with O_PATH */
struct file *fd_get_any(int fd); /* O_PATH too */
int fd_install(struct file *file, bool close_on_exec,
               int lowest); /* takes the hold; fd or -EMFILE (hold kept by caller then) */
int files_create(struct files **out);
int files_fork(struct files *from, struct files **out);
int files_unshare(struct files **files); /* a table of its own for the process, if others have it too; 0 or -ENOMEM */
void files_hold(struct files *files); /* CLONE_FILES */
void files_close_on_exec(struct files *files);
void files_drop(struct files *files);

/* From inside the LibOS. */
int file_open(const char *path, uint32_t flags, uint32_t mode,
              struct file **out); /* relative to current's cwd */
int file_open_at(int dirfd, const char *path, uint32_t flags, uint32_t mode, struct file **out);
int64_t file_read_at(struct file *file, void *buffer, uint64_t bytes,
                     uint64_t offset); /* into LibOS memory; regular files */
uint64_t file_size(struct file *file);
uint32_t file_mode(struct file *file); /* st_mode */
int file_stat(struct file *file, struct stat *out);
bool file_write_sealed(struct file *file); /* F_SEAL_WRITE, F_SEAL_FUTURE_WRITE */
bool file_access_exec(struct file *file); /* may current execute it? (regular, x bit) */
int dentry_path(struct dentry *dentry, char *buffer,
                size_t size); /* length or -ENAMETOOLONG; " (deleted)" appended like Linux */
void dentry_hold(struct dentry *dentry);
void dentry_drop(struct dentry *dentry);

/* Start: build the root from the archive, mount /dev /proc /dev/shm..., open descriptors 0-2 for
 * the first process. */
int fs_start(const void *archive, uint64_t bytes);
int fs_open_standard(struct files *files); /* tty/stream.c gives the files */
struct fs_context *fs_context_new(void); /* root and working directory: the tree's root; umask 022; NULL: no memory */
struct fs_context *fs_context_copy(const struct fs_context *from);
void fs_context_drop(struct fs_context *fs);

/* Making files of one's own kind: devices (fs/device.c), tty, pipes. */
int device_register(const char *name, uint32_t mode, uint32_t major, uint32_t minor,
                    int (*open)(struct file *file)); /* /dev/NAME; open sets ops and state */
struct file *stream_file(
    int descriptor); /* tty/stream.c: standard input, output or error as the manifest says */
/* A file without a name: mode with its type bits; open: how /proc/PID/fd/N opens it again (NULL:
 * -ENXIO). */
struct inode *inode_anonymous(uint32_t mode, uint32_t rdev, int (*open)(struct file *file),
                              void *state);
void *inode_state(struct inode *inode); /* what inode_anonymous was given */
/* An open file of an anonymous inode called like "anon_inode:[eventfd]" in /proc/PID/fd. NULL: no
 * memory. */
struct file *file_anonymous(const struct file_ops *ops, uint32_t flags, const char *name,
                            void *state);

/* poll */
struct poll_wait *poll_wait_add(struct poll_wait *wait,
                                struct waitq *queue); /* no-op when wait is NULL */
/* The same for a queue that is woken for some POLL* only: epoll looks at no others. */
void poll_wait_add_for(struct poll_wait *wait, struct waitq *queue, uint32_t events);

/* What current may do: 0 or -EACCES/-EPERM. mask: 4 read, 2 write, 1 execute. */
int inode_permission(struct inode *inode, uint32_t mask);
