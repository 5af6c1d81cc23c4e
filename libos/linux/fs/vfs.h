/* SPDX-License-Identifier: MIT */
/*
 * vfs.h - the inside of the file system: inodes, dentries, mounts, path walking, page cache.
 *
 * Life times. A dentry in the tree has one count for being there and holds its parent and its
 * inode; a dentry of a pseudo directory (/proc/PID/...) is made by each lookup and ends with its
 * last user. An inode ends with its last dentry and file. Nothing here sleeps except open of a fifo
 * and the locks of fs/lock.c.
 */
#pragma once
#include "libos/linux/fs/fs.h"
#include <linux/fcntl.h>
#include <linux/limits.h>
#include <linux/stat.h>

/* <linux/stat.h> leaves these to the C library. */
#ifndef S_IFMT
#define S_IFMT   0170000
#define S_IFSOCK 0140000
#define S_IFLNK  0120000
#define S_IFREG  0100000
#define S_IFBLK  0060000
#define S_IFDIR  0040000
#define S_IFCHR  0020000
#define S_IFIFO  0010000
#define S_ISUID  0004000
#define S_ISGID  0002000
#define S_ISVTX  0001000
#endif
#define DT_OF(mode) ((uint8_t)(((mode)&S_IFMT) >> 12)) /* d_type of getdents64 */

#define NAME_LIMIT 255
#define PATH_LIMIT 4096
#define LINK_LIMIT 40           /* symbolic links followed in one walk */
#define IO_LIMIT   0x7ffff000ul /* bytes that one read or write moves at most, as on Linux */
#define FILE_LIMIT (1ul << 62)  /* bytes of a file */

struct pages {
    uint64_t root;          /* frame (height 0) or address of a node; 0: nothing */
    uint32_t height;        /* covers 64^height pages */
    bool viewed;            /* rewrite/ knows some page: tell it of changes */
    bool exposed;           /* was mapped shared and writable: may change unseen */
    uint64_t count;         /* frames held */
    uint64_t archive_bytes; /* so many bytes from the start lie in the archive, unless a page here
                               replaces them */
    const uint8_t *archive; /* where; NULL: none */
    struct packed *packed;  /* a packed member behind the file (packed.h); NULL: none */
};

struct directory {
    struct list children;   /* of dentry.sibling, by growing position */
    struct dentry **bucket; /* NULL while there are few */
    uint32_t bucket_mask;
    uint32_t child_count;
    uint64_t next_position;
};

struct pseudo_name;
struct inode_ops {
    int (*open)(struct file *file); /* sets ops and state; NULL: by the mode */
    /* A name that is not in the tree: gives a held dentry or -ENOENT. NULL: there are no others. */
    int (*lookup)(struct dentry *directory, const char *name, uint32_t length, struct dentry **out);
    /* Name number `index` (0..) of those that lookup finds; false: no more. NULL: none. */
    bool (*name)(struct dentry *directory, uint64_t index, struct pseudo_name *out);
    int64_t (*readlink)(struct inode *inode, char *buffer,
                        size_t size); /* text of a link that is computed */
    int (*follow)(struct inode *inode,
                  struct dentry **out); /* link that leads to a thing, not a path */
    void (*destroy)(struct inode *inode);
};

struct pseudo_name {
    char name[NAME_LIMIT + 1];
    uint64_t next; /* index to ask with for the one after it */
    uint64_t number;
    uint8_t type; /* DT_* */
};

struct mount {
    struct list node; /* in mount_list, oldest first */
    struct dentry *root;
    struct dentry *point; /* held; NULL: the first root */
    const char *source, *type, *options;
    uint32_t device;  /* st_dev */
    uint32_t magic;   /* statfs f_type */
    bool pseudo;      /* nothing can be created or removed */
    bool bound;       /* shows what belongs to another mount */
    bool expired;     /* MNT_EXPIRE has marked it */
    uint32_t flags;   /* MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC */
    char *own_source; /* the heap's; NULL: source is constant */
    uint64_t next_number;
};

struct inode {
    uint32_t count;
    uint32_t mode, uid, gid;
    uint32_t links;
    uint32_t rdev;
    uint32_t writers; /* open files that may write */
    uint32_t seals;   /* memfd */
    uint64_t number;
    uint64_t size;
    int64_t access_ns, modify_ns, change_ns, birth_ns;
    struct mount *mount;
    const struct inode_ops *ops;
    struct lock_list *locks;
    void *watches;            /* fs/inotify.c */
    struct xattr *attributes; /* fs/xattr.c */
    union {
        struct pages pages;   /* regular files */
        struct directory dir; /* directories */
        const char *link;     /* symbolic links: NUL-terminated; owned unless link_borrowed */
        struct pipe *pipe;    /* fifos, while open */
        struct {
            void *state; /* devices, pseudo files, nameless files */
            void *take;  /* pseudo files: text_taker, NULL: cannot be written */
        };
    } u;
    uint64_t key; /* of pseudo files: which process, which descriptor */
    bool link_borrowed;
};

struct dentry {
    uint32_t count;
    uint32_t hash;
    struct inode *inode;
    struct dentry *parent; /* held; itself: the root of a mount */
    struct list sibling;
    struct dentry *hash_next;
    struct mount *mounted; /* on this directory */
    struct mount *root_of; /* whose root this is; NULL: none's */
    uint64_t position;
    bool attached; /* in its parent */
    bool nameless; /* pipe:[7]: the name is the whole path */
    bool linkable; /* made by O_TMPFILE: linkat may give it its first name */
    uint8_t length;
    char *name; /* own_name, or the heap's after a rename */
    char own_name[];
};

extern struct list mount_list;
extern struct dentry *root_dentry;
extern uint64_t names_added;   /* times that a name came */
extern uint64_t names_removed; /* times that a name went or was mounted on: what walk.c remembers may be wrong */

/* --- inode.c --- */
struct inode *
inode_new(struct mount *mount,
          uint32_t mode); /* count 1, links 0, owner: current's, times: now; NULL: no memory */
void inode_hold(struct inode *inode);
void inode_drop(struct inode *inode);
void inode_touch(struct inode *inode, bool modified); /* change time, modification time too */
int64_t file_clock_ns(void);                          /* time of day that stamps are made from */
void inode_stat(struct inode *inode, struct stat *out);
static inline bool is_directory(const struct inode *inode)
{
    return (inode->mode & S_IFMT) == S_IFDIR;
}
static inline bool is_link(const struct inode *inode)
{
    return (inode->mode & S_IFMT) == S_IFLNK;
}
static inline bool is_regular(const struct inode *inode)
{
    return (inode->mode & S_IFMT) == S_IFREG;
}
int inode_permission_as(struct inode *inode, uint32_t mask, uint32_t uid, uint32_t gid);
bool inode_read_only(const struct inode *inode); /* its file system is mounted so */
bool inode_owned(struct inode *inode);           /* by current, or current may act as any owner */
bool in_group(uint32_t gid);

/* --- dentry.c --- */
#define NAME_HASH_START 2166136261u
static inline uint32_t name_hash_step(uint32_t hash, char c)
{
    return (hash ^ (uint8_t)c) * 16777619u;
}
uint32_t name_hash(const char *name, uint32_t length);
/* A dentry outside the tree; takes the hold on inode (drops it on failure). NULL: no memory. */
struct dentry *dentry_new(struct dentry *parent, const char *name, uint32_t length,
                          struct inode *inode);
struct dentry *dentry_nameless(const char *name, struct inode *inode);
int dentry_attach(struct dentry *dentry,
                  struct dentry *parent); /* the tree takes a count; 0 or -ENOMEM */
void dentry_detach(struct dentry *dentry);
int dentry_rename(struct dentry *dentry, const char *name,
                  uint32_t length); /* while detached; 0 or -ENOMEM */
struct dentry *dentry_child(struct dentry *directory, const char *name,
                            uint32_t length); /* borrowed; NULL */
struct dentry *dentry_child_hashed(struct dentry *directory, uint32_t hash, const char *name,
                                   uint32_t length);
struct dentry *mount_top(struct dentry *dentry); /* what is mounted there, or itself */
int dentry_path_below(struct dentry *dentry, struct dentry *root, char *buffer, size_t size);
/* New file below directory: inode, dentry, attached. Times of the directory move. */
int dentry_create(struct dentry *directory, const char *name, uint32_t length, uint32_t mode,
                  struct dentry **out);
/* The directory above, through mounts; NULL at the top of everything. */
struct dentry *dentry_up(struct dentry *dentry);
/* Hangs a mount with a root on point (held by it from now on) and into the list. */
void mount_attach(struct mount *mount, struct dentry *point);
/* Does the inode's file system forbid this? MS_RDONLY, MS_NODEV, MS_NOEXEC. mount.c */
bool mount_forbids(const struct inode *inode, uint32_t flag);
int mount_add(struct dentry *point, const char *source, const char *type, uint32_t magic,
              bool pseudo, uint32_t root_mode, struct mount **out);

/* --- walk.c --- */
#define WALK_FOLLOW    0x1 /* a link at the end */
#define WALK_EMPTY     0x2 /* AT_EMPTY_PATH */
#define WALK_DIRECTORY 0x4 /* must be one */
struct last {
    struct dentry *parent; /* held */
    const char *name;      /* not NUL-terminated; ".", ".." or "" are told apart by `kind` */
    uint32_t length;
    uint32_t hash; /* name_hash */
    enum last_kind {
        LAST_NAME,
        LAST_DOT,
        LAST_DOTDOT,
        LAST_ROOT
    } kind;
    bool slash; /* a slash followed */
};
struct walk {
    struct dentry *at;   /* held */
    struct dentry *base; /* RESOLVE_BENEATH, RESOLVE_IN_ROOT: where it began, held by the caller */
    uint32_t resolve;    /* RESOLVE_* of openat2 */
    uint32_t links;
    uint32_t depth;
    const char *rest[LINK_LIMIT + 1];
    char text[64]; /* of the last computed link */
};
int walk(int dirfd, const char *path, uint32_t flags, struct dentry **out);
int walk_user(int dirfd, uaddr_t path, uint32_t flags, struct dentry **out);
/* The same for a path that is remembered: 0 (*out is held), -ENOENT, or WALK_UNKNOWN. */
#define WALK_UNKNOWN 1
int walk_known(int dirfd, uaddr_t path, bool follow, struct dentry **out);
/* Up to the last component, which is not looked up. state must outlive `last` (its names may lie in
 * it). */
int walk_parent(int dirfd, const char *path, struct walk *state, struct last *last);
/* One name in a directory that current may search: held dentry, -ENOENT, ... */
int lookup_name(struct dentry *directory, const struct last *last, struct dentry **out);
/* Buffers of PATH_LIMIT bytes for paths; path_give takes them back. path_take fills one from the
 * program. */
char *path_buffer(void);
char *path_take(uaddr_t from, int *error);
void path_give(char *buffer);
/* open's walk: gives the file's dentry, or its parent and name when it does not exist and may be
 * made (*out NULL). state->resolve and base are the caller's wishes; all else is set here. */
int walk_open(int dirfd, const char *path, uint32_t flags, struct walk *state, struct last *last,
              struct dentry **out);
int walk_start(int dirfd, const char *path, struct dentry **out); /* where a walk begins; held */
int link_text(struct inode *inode, char *buffer,
              size_t size); /* length (cut off at size) or error */

/* --- names.c --- */
bool is_empty_path(uaddr_t path); /* the program passed "" */
int may_create(struct dentry *directory);
int may_remove(struct dentry *directory, struct dentry *victim, bool want_directory);

/* --- pages.c: the page cache of a regular file --- */
int64_t pages_read(struct inode *inode, void *to, uaddr_t user, uint64_t bytes, uint64_t offset);
/* The same for a stretch of one page that is there; 0: not in this way. */
int64_t pages_read_within(struct inode *inode, uaddr_t user, uint64_t bytes, uint64_t offset);
int64_t pages_write(struct inode *inode, const void *from, uaddr_t user, uint64_t bytes,
                    uint64_t offset);
int pages_frame(struct inode *inode, uint64_t index, bool write, frame_t *out); /* held */
/* The frames of `count` pages from `first` on as far as they are there: NO_FRAME: not, or past the end. Not held. */
void pages_run(struct inode *inode, uint64_t first, uint32_t count, frame_t *out);
int pages_resize(struct inode *inode, uint64_t size);
int pages_allocate(struct inode *inode, uint64_t offset, uint64_t bytes);
void pages_punch(struct inode *inode, uint64_t first, uint64_t end); /* byte range becomes zeros */
void pages_free(struct inode *inode);
void pages_release(struct inode *inode, uint64_t index); /* somebody has a copy now: a frame that can be unpacked again goes */
uint64_t pages_blocks(const struct inode *inode); /* pages that it takes, for st_blocks */
bool pages_present(struct inode *inode, uint64_t index); /* for SEEK_DATA, SEEK_HOLE */

/* --- file.c, open.c, regular.c --- */
#define FILES_START 64 /* descriptors that a table has room for at first */
struct files {
    uint32_t count;
    uint32_t size;   /* of the arrays; a multiple of 64 */
    uint32_t lowest; /* no free descriptor is below */
    uint32_t top;    /* no descriptor at or above was ever open */
    struct file **file;
    uint64_t *exec_mask; /* bit fd: close on exec */
    struct file *file_inline[FILES_START]; /* where both begin */
    uint64_t mask_inline[FILES_START / 64];
};
int fd_dup_to(struct files *files, struct file *file, int fd,
              bool close_on_exec); /* takes the hold; closes what was there */
int fd_close(struct files *files, int fd);
bool files_room(struct files *files,
                uint32_t above); /* grows until fd `above` fits; false: no memory */
extern const struct file_ops regular_ops, directory_ops;
int file_open_dentry(struct dentry *dentry, uint32_t flags, struct file **out);
struct dentry *
file_dentry(struct file *file); /* held; made up for nameless files; NULL: no memory */
struct file *files_get(struct files *files, int fd); /* borrowed; NULL */
int files_limit(struct files *files);                /* descriptors are below */
bool readable(const struct file *file);
bool writable(const struct file *file);
int64_t generic_seek(struct file *file, int64_t offset, int whence, uint64_t end);

/* --- others --- */
void locks_close(struct inode *inode, struct file *file,
                 struct files *owner); /* a descriptor was closed */
void locks_end(struct file *file);     /* last close */
void locks_free(struct inode *inode);
void xattrs_free(struct inode *inode);
void epoll_forget(struct file *file);
bool is_eventfd(const struct file *file);
void eventfd_signal(struct file *file); /* counts up by one; never waits */
int fifo_open(struct file *file);
int64_t call_fcntl_lock(struct file *file, uint32_t command, uaddr_t argument);
void device_bind(struct inode *inode); /* a new device file: finds what its number means */
int devices_start(struct dentry *root);
int procfs_start(struct dentry *root);
int sysfs_start(struct dentry *root);
int archive_load(struct mount *mount, const uint8_t *archive, uint64_t bytes);

/* --- pseudo.c: files whose text is made when they are read --- */
struct text {
    char *buffer;
    size_t length, size;
    bool failed; /* out of memory */
};
void text_add(struct text *text, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
typedef int (*text_maker)(struct text *text, uint64_t key); /* 0 or -errno */
/* What a program wrote (length bytes, a NUL after them): 0 or -errno. */
typedef int (*text_taker)(uint64_t key, const char *text, size_t length);
int pseudo_file(struct dentry *directory, const char *name, uint32_t mode, text_maker make);
int cpus_text(struct text *text, uint64_t key); /* a list of all CPUs */
int pseudo_line(struct dentry *directory, const char *name,
                const char *content);   /* a line that never changes; content: constant */
int procsys_start(struct dentry *root); /* procsys.c: what proc.c leaves of /proc and /sys */
int syssys_start(struct dentry *root);
struct dentry *pseudo_directory(struct dentry *directory, const char *name);
int pseudo_link(struct dentry *directory, const char *name,
                const char *target); /* target: constant */
struct inode *pseudo_inode(struct mount *mount, uint32_t mode, text_maker make, uint64_t key);
void pseudo_writable(struct inode *inode, text_taker take);
int procfs_processes(struct dentry *root); /* procpid.c: /proc/PID, self, thread-self */
int mounts_text(struct text *text, uint64_t pid);
int mountinfo_text(struct text *text, uint64_t pid);
