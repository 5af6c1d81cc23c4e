/* SPDX-License-Identifier: MIT */
/*
 * walk.c - from a path to a dentry.
 *
 * A walk keeps the place it has reached (held) and a stack of what is still to be walked: the path
 * itself and above it the rests of the links it went into. Nothing sleeps, so link texts stay where
 * they are. openat2 may set a base that the walk does not leave (or that is its root), and forbid
 * links and mounts.
 */
#include "libos/linux/fs/vfs.h"
#include "libos/linux/proc/capability.h"
#include "libos/linux/user.h"
#include <linux/openat2.h>

/* Nearly every call needs a buffer for one path: the last one given back waits here for the next
 * call. */
static char *spare_buffer;

char *path_buffer(void)
{
    char *buffer = spare_buffer;

    spare_buffer = NULL;
    return buffer ? buffer : heap_alloc(PATH_LIMIT);
}

void path_give(char *buffer)
{
    if (!spare_buffer)
        spare_buffer = buffer;
    else if (buffer)
        heap_free(buffer);
}

char *path_take(uaddr_t from, int *error)
{
    char *buffer = path_buffer();
    int64_t length = buffer ? string_from_user(buffer, from, PATH_LIMIT) : -ENOMEM;

    if (length >= 0)
        return buffer;
    path_give(buffer);
    *error = (int)length;
    return NULL;
}

static void move_to(struct walk *state, struct dentry *to)
{
    dentry_drop(state->at);
    state->at = to;
}

int walk_start(int dirfd, const char *path, struct dentry **out)
{
    struct fs_context *fs = current()->process->fs;
    struct file *file;

    if (path[0] == '/' || dirfd == AT_FDCWD) {
        *out = path[0] == '/' ? fs->root : fs->cwd;
        dentry_hold(*out);
        return 0;
    }
    file = fd_get_any(dirfd);
    if (!file)
        return -EBADF;
    *out = file_dentry(file);
    file_drop(file);
    if (!*out)
        return -ENOMEM;
    if (*path && !is_directory((*out)->inode)) {
        dentry_drop(*out);
        return -ENOTDIR;
    }
    return 0;
}

static int start_resolve(int dirfd, const char *path, struct walk *state)
{
    state->links = 0;
    state->depth = 0;
    state->rest[0] = path;
    if (!state->base)
        return walk_start(dirfd, path, &state->at);
    if (*path == '/' && (state->resolve & RESOLVE_BENEATH))
        return -EXDEV;
    state->at = state->base;
    dentry_hold(state->at);
    return 0;
}

static int start(int dirfd, const char *path, struct walk *state)
{
    memset(state, 0, offsetof(struct walk, rest));
    return start_resolve(dirfd, path, state);
}

/* Takes the next component off the stack; false: the path has ended. Fills name, length, kind,
 * slash. */
static bool next_name(struct walk *state, struct last *last)
{
    for (;;) {
        const char *s = state->rest[state->depth];
        while (*s == '/')
            s++;
        if (!*s) {
            if (!state->depth)
                return false;
            state->depth--;
            continue;
        }
        const char *end = s;
        uint32_t hash = NAME_HASH_START;
        for (char c; (c = *end) != '\0' && c != '/'; end++)
            hash = name_hash_step(hash, c);
        last->name = s;
        last->length = (uint32_t)(end - s);
        last->hash = hash;
        last->slash = *end == '/';
        while (*end == '/')
            end++;
        state->rest[state->depth] = end;
        last->kind = LAST_NAME;
        if (s[0] == '.' && last->length <= 2) {
            if (last->length == 1)
                last->kind = LAST_DOT;
            else if (s[1] == '.')
                last->kind = LAST_DOTDOT;
        }
        return true;
    }
}

/* True when nothing but slashes is left anywhere. */
static bool at_end(const struct walk *state)
{
    for (uint32_t i = 0; i <= state->depth; i++)
        if (state->rest[i][0])
            return false;
    return true;
}

/* ".."; -EXDEV where openat2 forbids it. */
static int up(struct walk *state)
{
    struct dentry *root = state->base ? state->base : current()->process->fs->root;
    struct dentry *d = state->at;

    if (d == state->base && (state->resolve & RESOLVE_BENEATH))
        return -EXDEV;

    while (d != root && d->parent == d && d->root_of && d->root_of->point)
        d = d->root_of->point;
    if (d != root)
        d = d->parent;
    d = mount_top(d);
    if ((state->resolve & RESOLVE_NO_XDEV) && d->inode->mount != state->at->inode->mount)
        return -EXDEV;
    dentry_hold(d);
    move_to(state, d);
    return 0;
}

int lookup_name(struct dentry *directory, const struct last *last, struct dentry **out)
{
    const char *name = last->name;
    uint32_t length = last->length;
    struct inode *inode = directory->inode;
    struct dentry *found;
    int error;

    if (!is_directory(inode))
        return -ENOTDIR;
    error = inode_permission(inode, 1);
    if (error)
        return error;
    if (length > NAME_LIMIT)
        return -ENAMETOOLONG;
    found = dentry_child_hashed(directory, last->hash, name, length);
    if (found) {
        found = mount_top(found);
        dentry_hold(found);
        *out = found;
        return 0;
    }
    if (inode->ops && inode->ops->lookup)
        return inode->ops->lookup(directory, name, length, out);
    return -ENOENT;
}

int link_text(struct inode *inode, char *buffer, size_t size)
{
    size_t length;

    if (inode->ops && inode->ops->readlink)
        return (int)inode->ops->readlink(inode, buffer, size);
    length = strlen(inode->u.link);
    memcpy(buffer, inode->u.link, min_of(length, size));
    return (int)min_of(length, size);
}

/* Goes into the link (takes the hold on it); state->at is the directory it was found in. */
static int enter_link(struct walk *state, struct dentry *link)
{
    struct inode *inode = link->inode;
    const char *text = NULL;
    bool magic = inode->ops && inode->ops->follow;
    int error = 0;

    if (++state->links > LINK_LIMIT || (state->resolve & RESOLVE_NO_SYMLINKS) ||
        (magic && (state->resolve & RESOLVE_NO_MAGICLINKS))) {
        error = -ELOOP;
    } else if (magic && state->base) {
        error = -EXDEV;
    } else if (inode->ops && inode->ops->follow) {
        struct dentry *to = NULL;
        error = inode->ops->follow(inode, &to);
        if (!error && (state->resolve & RESOLVE_NO_XDEV) &&
            to->inode->mount != state->at->inode->mount) {
            dentry_drop(to);
            error = -EXDEV;
        } else if (!error) {
            move_to(state, to);
        }
    } else if (inode->ops && inode->ops->readlink) {
        int64_t length = inode->ops->readlink(inode, state->text, sizeof state->text - 1);
        error = length < 0 ? (int)length : 0;
        if (!error) {
            state->text[length] = '\0';
            text = state->text;
        }
    } else {
        text = inode->u.link;
        if (!*text)
            error = -ENOENT;
    }
    if (!error && text) {
        /* A level whose rest is empty is not needed any more: chains of links do not add up. */
        if (state->depth && !state->rest[state->depth][0])
            state->depth--;
        state->rest[++state->depth] = text;
        if (*text == '/') {
            struct dentry *root = state->base ? state->base : current()->process->fs->root;

            if ((state->resolve & RESOLVE_BENEATH) ||
                ((state->resolve & RESOLVE_NO_XDEV) &&
                 root->inode->mount != state->at->inode->mount))
                error = -EXDEV;
            dentry_hold(root);
            move_to(state, root);
        }
    }
    dentry_drop(link);
    return error;
}

/* Takes the hold on `found`, which state->at contains. */
static int step_to(struct walk *state, struct dentry *found)
{
    if ((state->resolve & RESOLVE_NO_XDEV) && found->inode->mount != state->at->inode->mount) {
        dentry_drop(found);
        return -EXDEV;
    }
    move_to(state, found);
    return 0;
}

/* One component from state->at; a link is entered if `follow`. Missing names: -ENOENT. */
static int step(struct walk *state, const struct last *last, bool follow)
{
    struct dentry *found;
    int error;

    if (last->kind != LAST_NAME) {
        if (!is_directory(state->at->inode))
            return -ENOTDIR;
        error = inode_permission(state->at->inode, 1);
        if (error)
            return error;
        return last->kind == LAST_DOTDOT ? up(state) : 0;
    }
    error = lookup_name(state->at, last, &found);
    if (error)
        return error;
    if (follow && is_link(found->inode))
        return enter_link(state, found);
    return step_to(state, found);
}

static int finish(struct walk *state, int error, struct dentry **out)
{
    if (error)
        dentry_drop(state->at);
    else
        *out = state->at;
    return error;
}

/*
 * Most paths are plain: names and links with a text of their own, all searched by somebody who may. Those are walked
 * without holding what lies between. 0, -ENOENT: a name is missing, whoever asks; NOT_PLAIN: the long way finds out.
 */
#define NOT_PLAIN   WALK_UNKNOWN
#define PLAIN_DEPTH 4 /* links inside links */

struct plain {
    struct dentry *at;
    const char *rest[PLAIN_DEPTH + 1];
    uint32_t depth, links;
    bool absolute; /* where ".." ends is known: at the root that the path began with */
    bool any;      /* may search every directory */
};

/* "." or ".."; 0 or NOT_PLAIN. */
static int plain_dots(struct plain *p, uint32_t length)
{
    if (length == 1)
        return 0;
    if (!p->absolute || p->at == current()->process->fs->root || p->at->root_of)
        return NOT_PLAIN;
    p->at = p->at->parent;
    return p->at->mounted ? NOT_PLAIN : 0;
}

/* The text of a link comes before what is left of the path. */
static int plain_link(struct plain *p, const struct inode *link)
{
    if (link->ops && (link->ops->follow || link->ops->readlink))
        return NOT_PLAIN;
    if (++p->links > LINK_LIMIT || !link->u.link[0])
        return NOT_PLAIN;
    if (!*p->rest[p->depth] && p->depth)
        p->depth--; /* chains of links do not add up */
    if (p->depth == PLAIN_DEPTH)
        return NOT_PLAIN;
    p->rest[++p->depth] = link->u.link;
    if (link->u.link[0] != '/')
        return 0;
    p->at = current()->process->fs->root;
    return p->absolute ? 0 : NOT_PLAIN;
}

static int plain_name(struct plain *p, const char *name, uint32_t length, uint32_t hash,
                      bool follow)
{
    struct inode *directory = p->at->inode;

    if (length > NAME_LIMIT || !is_directory(directory) ||
        (!p->any && inode_permission(directory, 1)))
        return NOT_PLAIN;
    if (name[0] == '.' && (length == 1 || (length == 2 && name[1] == '.')))
        return plain_dots(p, length);
    struct dentry *found = dentry_child_hashed(p->at, hash, name, length);

    if (!found)
        return directory->ops && directory->ops->lookup ? NOT_PLAIN : -ENOENT;
    if (found->mounted)
        found = mount_top(found);
    if (follow && is_link(found->inode))
        return plain_link(p, found->inode); /* from the directory that it is in */
    p->at = found;
    return 0;
}

/* Is nothing left but the end? What is left otherwise makes a link at the end one in the middle. */
static bool plain_end(const struct plain *p)
{
    for (uint32_t i = 0; i <= p->depth; i++)
        if (*p->rest[i])
            return false;
    return true;
}

static int walk_plain_slowly(const char *path, bool follow, struct plain *p)
{
    p->depth = p->links = 0;
    p->rest[0] = path;
    for (;;) {
        const char *s = p->rest[p->depth];
        uint32_t hash = NAME_HASH_START;
        const char *start;
        while (*s == '/')
            s++;
        if (!*s) {
            if (s != p->rest[p->depth] && s[-1] == '/' && !is_directory(p->at->inode))
                return NOT_PLAIN;
            if (!p->depth)
                return 0;
            p->rest[p->depth] = s;
            p->depth--;
            continue;
        }
        start = s;
        for (char c; (c = *s) != '\0' && c != '/'; s++)
            hash = name_hash_step(hash, c);
        p->rest[p->depth] = s;
        int error = plain_name(p, start, (uint32_t)(s - start), hash, follow || !plain_end(p));

        if (error)
            return error;
    }
}

/*
 * Plain paths of less than 64 bytes, walked by root, who may search everywhere: found again without a walk as long as no
 * name has gone from anywhere. New names do not matter to what was found, for it had all of its names; what was not
 * found is found missing again until there is a new name anywhere.
 */
#define KNOWN_PATHS 256
#define KNOWN_WORDS 8
static struct known_path {
    uint64_t word[KNOWN_WORDS];
    uint32_t words;
    bool follow;
    struct dentry *start, *to; /* NULL: a name is missing */
    uint64_t removed, added;   /* names_removed and names_added then */
} known_paths[KNOWN_PATHS];

/* The path in words, zeros behind its end; how many, 0: it is longer, or a fault. Reads past its end, but not past the
 * end of its page. */
__attribute__((always_inline)) static inline uint32_t
path_words(uint64_t path, bool user, uint64_t word[KNOWN_WORDS], uint64_t *sum)
{
    uint64_t ones = 0x0101010101010101ul, high = ones << 7;
    uint64_t hash = 0;

    __asm__("" : "+r"(ones), "+r"(high)); /* or they are loaded again for each word */
    if (user && (path & (PAGE_SIZE - 1)) > PAGE_SIZE - 8 * KNOWN_WORDS)
        return 0;
    for (uint32_t i = 0; i < KNOWN_WORDS; i++, path += 8) {
        uint64_t w;

        if (!user && (path & (PAGE_SIZE - 1)) > PAGE_SIZE - 8)
            return 0;
        if (!user)
            w = *(const uint64_t *)path;
        else if (!user_word(&w, path))
            return 0;
        uint64_t zero = (w - ones) & ~w & high; /* the lowest bit is that of the first zero byte */

        if (zero)
            w &= (zero & -zero) - 1;
        word[i] = w;
        hash = (hash << 7 | hash >> 57) ^ w;
        if (zero) {
            *sum = hash * 0x9e3779b97f4a7c15ul >> 32;
            return i + 1;
        }
    }
    return 0;
}

__attribute__((no_sanitize("address", "undefined"), noinline)) static uint32_t
path_words_here(const char *path, uint64_t word[KNOWN_WORDS], uint64_t *sum)
{
    return path_words((uint64_t)path, false, word, sum);
}

static inline bool path_known(const struct known_path *known, const uint64_t *word, uint32_t words)
{
    for (uint32_t i = 0; i < words; i++)
        if (known->word[i] != word[i])
            return false;
    return known->words == words && known->removed == names_removed &&
           (known->to || known->added == names_added);
}

int walk_known(int dirfd, uaddr_t path, bool follow, struct dentry **out)
{
    const struct process *process = current()->process;
    uint64_t word[KNOWN_WORDS], sum;
    uint32_t words = process->cred.fsuid || !user_range_ok(path, KNOWN_WORDS * 8)
                         ? 0
                         : path_words(path, true, word, &sum);

    if (!words)
        return WALK_UNKNOWN;
    bool absolute = (char)word[0] == '/';
    const struct known_path *known = &known_paths[(sum + follow) % KNOWN_PATHS];

    if ((!absolute && dirfd != AT_FDCWD) || known->follow != follow ||
        known->start != (absolute ? process->fs->root : process->fs->cwd) ||
        !path_known(known, word, words))
        return WALK_UNKNOWN;
    if (!known->to)
        return -ENOENT;
    dentry_hold(known->to);
    *out = known->to;
    return 0;
}

/* 0: *out is held; -ENOENT, NOT_PLAIN. REQUIRES a path that is not empty. */
static int walk_plain(const char *path, bool follow, struct dentry **out)
{
    const struct process *process = current()->process;
    struct plain p = {.absolute = *path == '/', .any = capable(CAP_DAC_READ_SEARCH)};
    uint64_t word[KNOWN_WORDS], sum;
    struct known_path *known = NULL;
    uint32_t words = p.any ? path_words_here(path, word, &sum) : 0;
    int error;

    p.at = p.absolute ? process->fs->root : process->fs->cwd;
    if (words) {
        known = &known_paths[(sum + follow) % KNOWN_PATHS];
        if (known->start == p.at && known->follow == follow && path_known(known, word, words)) {
            if (!known->to)
                return -ENOENT;
            dentry_hold(known->to);
            *out = known->to;
            return 0;
        }
    }
    struct dentry *start = p.at;

    error = walk_plain_slowly(path, follow, &p);
    if (error == NOT_PLAIN)
        return error;
    if (known) {
        memcpy(known->word, word, words * sizeof word[0]);
        known->words = words;
        known->follow = follow;
        known->start = start;
        known->to = error ? NULL : p.at;
        known->removed = names_removed;
        known->added = names_added;
    }
    if (error)
        return error;
    dentry_hold(p.at);
    *out = p.at;
    return 0;
}

static __attribute__((noinline)) int walk_slowly(int dirfd, const char *path, uint32_t flags,
                                                 struct dentry **out)
{
    struct walk state;
    struct last last = {.slash = false};
    bool need_directory = flags & WALK_DIRECTORY;
    int error;

    if (!*path && !(flags & WALK_EMPTY))
        return -ENOENT;
    error = start(dirfd, path, &state);
    if (error)
        return error;
    while (!error && next_name(&state, &last)) {
        bool end = at_end(&state);
        if (last.slash && end)
            need_directory = true;
        error = step(&state, &last, !end || need_directory || (flags & WALK_FOLLOW));
        if (!error && !at_end(&state) && !is_directory(state.at->inode))
            error = -ENOTDIR;
    }
    if (!error && need_directory && !is_directory(state.at->inode))
        error = -ENOTDIR;
    return finish(&state, error, out);
}

int walk(int dirfd, const char *path, uint32_t flags, struct dentry **out)
{
    if ((dirfd == AT_FDCWD || *path == '/') && *path && !(flags & WALK_DIRECTORY)) {
        int error = walk_plain(path, flags & WALK_FOLLOW, out);

        if (error != NOT_PLAIN)
            return error;
    }
    return walk_slowly(dirfd, path, flags, out);
}

int walk_user(int dirfd, uaddr_t path, uint32_t flags, struct dentry **out)
{
    int error =
        flags & WALK_DIRECTORY ? WALK_UNKNOWN : walk_known(dirfd, path, flags & WALK_FOLLOW, out);

    if (error != WALK_UNKNOWN)
        return error;
    char *text = path_take(path, &error);

    if (!text)
        return error;
    error = walk(dirfd, text, flags, out);
    path_give(text);
    return error;
}

/* Walks until one component is left, which goes to `last`. state->at becomes last->parent. */
static int walk_to_last(struct walk *state, struct last *last)
{
    int error = 0;

    last->kind = LAST_ROOT;
    last->length = 0;
    last->slash = false;
    while (next_name(state, last)) {
        if (at_end(state))
            break;
        error = step(state, last, true);
        if (!error && !is_directory(state->at->inode))
            error = -ENOTDIR;
        if (error)
            break;
        last->kind = LAST_ROOT;
    }
    if (!error && !is_directory(state->at->inode))
        error = -ENOTDIR;
    return error;
}

int walk_parent(int dirfd, const char *path, struct walk *state, struct last *last)
{
    int error;

    if (!*path)
        return -ENOENT;
    error = start(dirfd, path, state);
    if (error)
        return error;
    error = walk_to_last(state, last);
    return finish(state, error, &last->parent);
}

/*
 * flags are open's. *out: the file's dentry, held; or NULL when O_CREAT may make last->name in
 * last->parent (held). A link at the end is followed, also to a name that does not exist yet,
 * unless O_NOFOLLOW or O_EXCL.
 */
int walk_open(int dirfd, const char *path, uint32_t flags, struct walk *state, struct last *last,
              struct dentry **out)
{
    bool slash = false;
    int error;

    *out = NULL;
    if (!*path)
        return -ENOENT;
    if (!(flags & O_CREAT) && (dirfd == AT_FDCWD || *path == '/') && !state->resolve) {
        error = walk_plain(path, !(flags & O_NOFOLLOW), out);
        if (error != NOT_PLAIN)
            return error;
    }
    error = start_resolve(dirfd, path, state);
    if (error)
        return error;
    while (!error) {
        struct dentry *found = NULL;
        error = walk_to_last(state, last);
        if (error)
            break;
        slash = slash || last->slash;
        if (last->kind != LAST_NAME) {
            error = last->kind == LAST_ROOT ? 0 : step(state, last, false);
            if (!error && (flags & O_CREAT))
                error = flags & O_EXCL ? -EEXIST : -EISDIR;
            return finish(state, error, out);
        }
        error = slash && (flags & O_CREAT) ? -EISDIR : lookup_name(state->at, last, &found);
        if (error == -ENOENT && (flags & O_CREAT) && !state->at->inode->mount->pseudo) {
            last->parent = state->at;
            return 0;
        }
        if (error)
            break;
        if (flags & O_CREAT && flags & O_EXCL) {
            dentry_drop(found);
            error = -EEXIST;
        } else if (!is_link(found->inode) || ((flags & O_NOFOLLOW) && !slash)) {
            error = step_to(state, found);
            if (!error && slash && !is_directory(found->inode))
                error = -ENOTDIR;
            return finish(state, error, out);
        } else {
            bool magic = found->inode->ops && found->inode->ops->follow;
            error = enter_link(state, found);
            if (!error && magic) {
                if (slash && !is_directory(state->at->inode))
                    error = -ENOTDIR;
                return finish(state, error, out);
            }
        }
    }
    dentry_drop(state->at);
    return error;
}
