/* SPDX-License-Identifier: MIT */
/*
 * fs_test.c - the file system of the Linux LibOS on the host, under ASan and UBSan.
 *
 * The tree is compared with a directory of the host: the same random operations on both must give
 * the same results. The page cache is compared with a flat array, the archive reader gets broken
 * archives, and every part must give back all memory.
 */
#include "libos/linux/fs/packed.h"
#include "libos/linux/fs/vfs.h"
#include "libos/linux/call/handlers.h"
#include <lz4.h>
#include <linux/eventpoll.h>
#include <linux/falloc.h>
#include <linux/fs.h>
#include <linux/poll.h>
#include <asm/signal.h>

#define U(p) ((uint64_t)(uintptr_t)(p))
#define CWD  ((uint64_t)AT_FDCWD)

static struct files *files(void)
{
    return current()->process->files;
}

/* --- Against the host --- */

static const char *const name[] = {
    "a",  "b",   "c",    "d",      "a/b",  "a/c",      "b/c", "a/b/c", "d/a", "a/",
    "b/", "d/.", "a/..", "a/../b", "./c",  "a/b/../c", "l",   "l/",    "l/a", "a/l",
    "m",  "m/x", "",     ".",      "a//b", "d/e/f",    "d/e", "b/./c", "a/b/"};
#define NAMES ARRAY_SIZE(name)

static const char *pick(void)
{
    return name[host_random(NAMES)];
}

static int64_t ours(const char *operation, const char *a, const char *b, long x, long y)
{
    if (!strcmp(operation, "mkdir"))
        return lx_mkdir(U(a), (uint64_t)x);
    if (!strcmp(operation, "rmdir"))
        return lx_rmdir(U(a));
    if (!strcmp(operation, "unlink"))
        return lx_unlink(U(a));
    if (!strcmp(operation, "rename"))
        return lx_renameat2(CWD, U(a), CWD, U(b), (uint64_t)x);
    if (!strcmp(operation, "link"))
        return lx_linkat(CWD, U(a), CWD, U(b), (uint64_t)x);
    if (!strcmp(operation, "symlink"))
        return lx_symlink(U(a), U(b));
    if (!strcmp(operation, "truncate"))
        return lx_truncate(U(a), (uint64_t)x);
    if (!strcmp(operation, "chmod"))
        return lx_chmod(U(a), (uint64_t)x);
    if (!strcmp(operation, "access"))
        return lx_access(U(a), (uint64_t)x);
    (void)y;
    return -ENOSYS;
}

static bool same_stat(const char *path, bool follow)
{
    struct stat st;
    uint64_t theirs[4];
    int64_t mine = follow ? lx_stat(U(path), U(&st)) : lx_lstat(U(path), U(&st));
    int64_t other = oracle_stat(path, follow, theirs);
    bool directory = !mine && (st.st_mode & S_IFMT) == S_IFDIR;

    if (mine != other) {
        note("stat(\"%s\") gives %ld, the host %ld", path, (long)mine, (long)other);
        return false;
    }
    if (mine || (theirs[0] == st.st_mode && theirs[1] == (directory ? 0 : st.st_nlink) &&
                 theirs[2] == (directory ? 0 : (uint64_t)st.st_size)))
        return true;
    note("stat(\"%s\"): mode %o links %lu size %ld, the host %o %lu %lu", path, st.st_mode,
         st.st_nlink, (long)st.st_size, (unsigned)theirs[0], (unsigned long)theirs[1],
         (unsigned long)theirs[2]);
    return false;
}

static bool same_open(const char *path)
{
    static const uint32_t flags[] = {O_RDONLY,
                                     O_RDWR,
                                     O_CREAT | O_RDWR,
                                     O_CREAT | O_EXCL | O_WRONLY,
                                     O_TRUNC | O_WRONLY,
                                     O_DIRECTORY,
                                     O_NOFOLLOW,
                                     O_CREAT | O_NOFOLLOW | O_RDWR,
                                     O_PATH | O_NOFOLLOW,
                                     O_APPEND | O_WRONLY,
                                     O_DIRECTORY | O_NOFOLLOW};
    uint32_t flag = flags[host_random(ARRAY_SIZE(flags))];
    int64_t mine = lx_open(U(path), flag, 0644);
    int64_t other = oracle_do("open", path, NULL, flag, 0644);
    char text[64];
    bool same = (mine < 0) == (other < 0) && (mine >= 0 || mine == other);

    if (!same)
        note("open(\"%s\", %#x) gives %ld, the host %ld", path, flag, (long)mine, (long)other);
    if (same && mine >= 0) {
        int64_t length = format(text, sizeof text, "%u bytes", host_random(100000));
        int64_t w = lx_write((uint64_t)mine, U(text), (uint64_t)length);
        int64_t v = oracle_write((int)other, text, (size_t)length);
        char back[2][300];
        int64_t r, s;
        if (w != v)
            note("write to \"%s\" (%#x) gives %ld, the host %ld", path, flag, (long)w, (long)v);
        lx_lseek((uint64_t)mine, 0, 0);
        oracle_do("lseek", NULL, NULL, other, 0);
        r = lx_read((uint64_t)mine, U(back[0]), sizeof back[0]);
        s = oracle_read((int)other, back[1], sizeof back[1]);
        same = w == v && r == s && (r <= 0 || !memcmp(back[0], back[1], (size_t)r));
        if (!same)
            note("\"%s\" (%#x) reads %ld, the host %ld", path, flag, (long)r, (long)s);
    }
    if (mine >= 0)
        lx_close((uint64_t)mine);
    if (other >= 0)
        oracle_do("close", NULL, NULL, other, 0);
    return same;
}

static bool one_operation(void)
{
    static const char *const operation[] = {"mkdir", "rmdir",   "unlink",   "rename", "rename",
                                            "link",  "symlink", "truncate", "chmod",  "access"};
    const char *a = pick();
    const char *b = pick();
    const char *what = operation[host_random(ARRAY_SIZE(operation))];
    long x = 0;
    int64_t mine, other;

    if (!host_random(3))
        return same_open(a);
    if (!strcmp(what, "mkdir") || !strcmp(what, "chmod"))
        x = host_random(2) ? 0755 : 0700;
    else if (!strcmp(what, "rename"))
        x = (long)host_random(8) < 6 ? 0 : host_random(2) ? RENAME_NOREPLACE : RENAME_EXCHANGE;
    else if (!strcmp(what, "link"))
        x = host_random(2) ? AT_SYMLINK_FOLLOW : 0;
    else if (!strcmp(what, "truncate"))
        x = host_random(20000);
    else if (!strcmp(what, "access"))
        x = host_random(8);
    mine = ours(what, a, b, x, 0);
    other = oracle_do(what, a, b, x, 0);
    if (mine == other)
        return true;
    note("%s(\"%s\", \"%s\", %ld) gives %ld, the host %ld", what, a, b, x, (long)mine, (long)other);
    return false;
}

static void test_against_host(void)
{
    long done = 0;
    bool same = true;

    if (!oracle_start()) {
        tap(true, "tree like the host's # SKIP no /dev/shm here");
        return;
    }
    lx_mkdir(U("/compare"), 0755);
    lx_chdir(U("/compare"));
    for (int depth = 0; depth < 4; depth++) {
        lx_mkdir(U("deep"), 0755);
        lx_chdir(U("deep"));
    }
    for (; same && done < 60000; done++) {
        same = one_operation();
        if (done % 16 == 0)
            for (uint32_t i = 0; same && i < NAMES; i++)
                same = same_stat(name[i], false) && same_stat(name[i], true);
    }
    tap(same, "tree like the host's: %ld random operations", done);
    lx_chdir(U("/"));
    oracle_end();
}

/* --- Page cache --- */

#define MODEL_BYTES 300000

static bool check_file(uint64_t fd, const uint8_t *model, uint64_t size)
{
    static uint8_t back[MODEL_BYTES + 1];
    int64_t got = lx_pread64(fd, U(back), sizeof back, 0);
    bool same = got == (int64_t)size && !memcmp(back, model, size);

    if (!same)
        for (uint64_t i = 0; i < size; i++)
            if (back[i] != model[i]) {
                note("byte %lu of %lu (read %ld) is %u, not %u", (unsigned long)i,
                     (unsigned long)size, (long)got, back[i], model[i]);
                break;
            }
    return same;
}

static bool change(uint64_t fd, uint8_t *model, uint64_t *size, uint8_t *buffer)
{
    uint64_t at = host_random(MODEL_BYTES);
    uint64_t bytes = host_random(min_of(20000u, MODEL_BYTES - (uint32_t)at)) + 1;
    uint32_t kind = host_random(8);
    frame_t frame;

    bytes = min_of(bytes, MODEL_BYTES - at);
    if (kind < 4) {
        for (uint64_t i = 0; i < bytes; i++)
            buffer[i] = (uint8_t)host_random(255) + 1;
        memcpy(model + at, buffer, bytes);
        *size = max_of(*size, at + bytes);
        return lx_pwrite64(fd, U(buffer), bytes, at) == (int64_t)bytes;
    }
    if (kind == 4) {
        if (at < *size)
            memset(model + at, 0, *size - at);
        *size = at;
        return lx_ftruncate(fd, at) == 0;
    }
    if (kind == 5) {
        if (at < *size)
            memset(model + at, 0, min_of(bytes, *size - at));
        return lx_fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, at, bytes) == 0;
    }
    if (kind == 6) { /* a store through a mapping */
        struct inode *inode = files_get(files(), (int)fd)->inode;
        if (pages_frame(inode, at / PAGE_SIZE, true, &frame))
            return at >= page_up(*size);
        if (at < *size)
            model[at] = ((uint8_t *)frame_address(frame))[at % PAGE_SIZE] = 77;
        frame_drop(frame);
        return true;
    }
    *size = max_of(*size, at + bytes);
    return lx_fallocate(fd, 0, at, bytes) == 0;
}

static void compare_pages(uint64_t fd, uint8_t *model, uint64_t size, const char *what)
{
    static uint8_t buffer[20001];
    bool same = check_file(fd, model, size);
    long done = 0;

    for (; same && done < 3000; done++)
        same = change(fd, model, &size, buffer) && (done % 7 || check_file(fd, model, size));
    tap(same, "%s: %ld random writes, truncations, holes and mapped stores", what, done);
}

static void test_pages(void)
{
    static uint8_t model[MODEL_BYTES];
    uint8_t *archive = (uint8_t *)INSTANCE_ROOT_ADDRESS + (16 << 20);
    int64_t fd = lx_open(U("/pages"), O_CREAT | O_RDWR, 0600);

    memset(model, 0, MODEL_BYTES);
    compare_pages((uint64_t)fd, model, 0, "new file");
    lx_close((uint64_t)fd);
    lx_unlink(U("/pages"));

    fd = lx_open(U("/pages"), O_CREAT | O_RDWR, 0600);
    for (uint32_t i = 0; i < MODEL_BYTES; i++)
        archive[i] = model[i] =
            (uint8_t)(i / 7 + 1); /* what follows the file in the archive must not show */
    memset(model + 100001, 0, MODEL_BYTES - 100001);
    struct inode *inode = files_get(files(), (int)fd)->inode;
    inode->u.pages.archive = archive;
    inode->u.pages.archive_bytes = inode->size = 100001;
    compare_pages((uint64_t)fd, model, 100001, "file of the archive");
    lx_close((uint64_t)fd);
    lx_unlink(U("/pages"));

    fd = lx_open(U("/far"), O_CREAT | O_RDWR, 0600);
    bool ok = lx_pwrite64((uint64_t)fd, U("x"), 1, 1ul << 45) == 1 &&
              lx_pwrite64((uint64_t)fd, U("y"), 1, 0) == 1;
    char c[2] = "";
    ok = ok && lx_pread64((uint64_t)fd, U(c), 1, 1ul << 45) == 1 && c[0] == 'x';
    ok = ok && lx_pread64((uint64_t)fd, U(c), 1, 1ul << 44) == 1 && c[0] == 0;
    ok = ok && lx_ftruncate((uint64_t)fd, 1) == 0 && lx_pread64((uint64_t)fd, U(c), 2, 0) == 1 &&
         c[0] == 'y';
    tap(ok, "a sparse file of 32 TiB");
    lx_close((uint64_t)fd);
    lx_unlink(U("/far"));
}

/* --- Directories --- */

static long list_count(const char *path, bool unlink_too)
{
    static char buffer[4096];
    int64_t fd = lx_open(U(path), O_RDONLY | O_DIRECTORY, 0);
    long count = 0;
    int64_t got;

    while ((got = lx_getdents64((uint64_t)fd, U(buffer), sizeof buffer)) > 0) {
        for (int64_t at = 0; at < got;) {
            uint16_t length;
            memcpy(&length, buffer + at + 16, 2);
            const char *entry = buffer + at + 19;
            count++;
            if (unlink_too && entry[0] != '.' && lx_unlinkat((uint64_t)fd, U(entry), 0))
                count = -1000000;
            at += length;
        }
    }
    lx_close((uint64_t)fd);
    return got < 0 ? -1 : count;
}

static void test_big_directory(void)
{
    char path[64];
    struct stat st;
    bool ok = lx_mkdir(U("/big"), 0755) == 0;

    for (int i = 0; ok && i < 20000; i++) {
        format(path, sizeof path, "/big/file-%d", i);
        ok = lx_mknod(U(path), S_IFREG | 0644, 0) == 0;
    }
    for (int i = 0; ok && i < 20000; i += 3) {
        format(path, sizeof path, "/big/file-%d", i);
        ok = lx_stat(U(path), U(&st)) == 0;
    }
    tap(ok, "20,000 files in a directory");
    tap(list_count("/big", false) == 20002, "all are listed once");
    tap(list_count("/big", true) == 20002, "removing while listing misses none");
    tap(list_count("/big", false) == 2 && lx_rmdir(U("/big")) == 0,
        "and leaves the directory empty");
}

/* --- Archive --- */

static uint8_t *const archive = (uint8_t *)INSTANCE_ROOT_ADDRESS;

/* Appends a member like the host tool does: data on a page boundary when `aligned`. */
static uint64_t member(uint64_t at, const char *path, uint32_t mode, uint32_t number,
                       uint32_t links, const void *bytes, uint32_t size, bool aligned)
{
    uint64_t start = at + 110 + strlen(path) + 1;
    uint64_t data = aligned && size ? page_up(start) : (start + 3) & ~3ul;
    char head[111];

    format(head, sizeof head, "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x", number,
           mode, 3u, 4u, links, 1000000000u, size, 0u, 0u, 1u, 3u, (uint32_t)(data - at - 110), 0u);
    memset(archive + at, 0, data - at);
    memcpy(archive + at, head, 110);
    memcpy(archive + at + 110, path, strlen(path));
    if (size)
        memcpy(archive + data, bytes, size);
    return (data + size + 3) & ~3ul;
}

static uint64_t build(const uint8_t *bytes)
{
    uint64_t at = member(0, ".", S_IFDIR | 0751, 1, 2, NULL, 0, true);

    at = member(at, "dir", S_IFDIR | 0700, 2, 2, NULL, 0, true);
    at = member(at, "dir/file", S_IFREG | 0644, 3, 1, bytes, 10000, true);
    at = member(at, "deep/er/file", S_IFREG | 0600, 4, 1, bytes, 5000, false);
    at = member(at, "link", S_IFLNK | 0777, 5, 1, "dir/file", 8, false);
    at = member(at, "hard1", S_IFREG | 0644, 6, 2, NULL, 0, true);
    at = member(at, "hard2", S_IFREG | 0644, 6, 2, bytes, 4096, true);
    at = member(at, "device", S_IFCHR | 0666, 7, 1, NULL, 0, true);
    at = member(at, "empty", S_IFREG | 0666, 8, 1, NULL, 0, true);
    return member(at, "TRAILER!!!", 0, 0, 1, NULL, 0, false);
}

static struct mount *scratch_mount(void)
{
    struct mount *mount = NULL;
    struct dentry *point;

    if (walk(AT_FDCWD, "/mnt", WALK_FOLLOW, &point))
        return NULL;
    mount_add(point, "x", "tmpfs", 1, false, 0755, &mount);
    dentry_drop(point);
    return mount;
}

/* Takes all names away again, so that the next archive finds an empty tree. */
static void empty_tree(struct dentry *directory)
{
    while (!list_empty(&directory->inode->u.dir.children)) {
        struct dentry *child =
            list_item(directory->inode->u.dir.children.next, struct dentry, sibling);
        if (is_directory(child->inode))
            empty_tree(child);
        dentry_detach(child);
    }
}

static void test_archive(void)
{
    static uint8_t bytes[10000];
    uint8_t back[2][10000];
    struct mount *mount;
    struct stat st;
    uint64_t length;
    long items, frames;
    bool ok;

    for (int i = 0; i < 10000; i++)
        bytes[i] = (uint8_t)(i * 31 + 7);
    lx_mkdir(U("/mnt"), 0755);
    mount = scratch_mount();
    items = host_heap_items();
    frames = host_frames();
    length = build(bytes);
    tap(archive_load(mount, archive, length) == 0, "an archive is taken");
    int64_t fd = lx_open(U("/mnt/link"), O_RDONLY, 0);
    int64_t deep = lx_open(U("/mnt/deep/er/file"), O_RDONLY, 0);
    ok = lx_read((uint64_t)fd, U(back[0]), 10000) == 10000 && !memcmp(back[0], bytes, 10000);
    ok = ok && lx_read((uint64_t)deep, U(back[1]), 10000) == 5000 && !memcmp(back[1], bytes, 5000);
    tap(ok, "its files read as they were packed");
    ok = !lx_stat(U("/mnt/hard1"), U(&st)) && st.st_nlink == 2 && st.st_size == 4096 &&
         st.st_uid == 3 && st.st_mtime == 1000000000;
    ok = ok && !lx_stat(U("/mnt/device"), U(&st)) && st.st_rdev == 0x103 &&
         !lx_stat(U("/mnt"), U(&st)) && (st.st_mode & 07777) == 0751;
    tap(ok, "links, devices, owners, times");
    frame_t frame;
    struct inode *inode = files_get(files(), (int)fd)->inode;
    ok = !pages_frame(inode, 0, false, &frame) && frame >= instance->archive_frame &&
         host_frames() > frames;
    ok = ok && !pages_frame(inode, 2, false, &frame) && frame < instance->archive_frame;
    for (uint32_t i = 10000 % PAGE_SIZE; ok && i < PAGE_SIZE; i++)
        ok = ((uint8_t *)frame_address(frame))[i] == 0;
    tap(ok, "full pages are mapped in place, the last one is a copy that ends in zeros");
    frame_drop(frame);
    lx_close((uint64_t)fd);
    lx_close((uint64_t)deep);
    empty_tree(mount->root);
    tap(host_heap_items() == items && host_frames() == frames, "all memory comes back");

    long refused = 0, done = 0;
    for (; done < 20000; done++) {
        uint64_t cut = build(bytes);
        for (uint32_t i = 0; i <= host_random(3); i++)
            archive[host_random((uint32_t)cut)] =
                host_random(2) ? (uint8_t)host_random(256)
                               : (uint8_t) "0123456789abcdefF/."[host_random(19)];
        if (host_random(4) == 0)
            cut = host_random((uint32_t)cut);
        refused += archive_load(mount, archive, cut) != 0;
        empty_tree(mount->root);
    }
    note("%ld of %ld broken archives were refused", refused, done);
    tap(refused > done / 4 && host_heap_items() == items && host_frames() == frames,
        "%ld broken archives neither crash nor leak", done);
}

/* --- Packed members --- */

#define PACKED_BYTES 100001u

/* What the host tool makes of a file (tools/pack.c); the third chunk is noise and stays as it is. */
static uint32_t pack(uint8_t *to, uint8_t *model)
{
    struct packed_head head = {PACKED_MAGIC, PACKED_CHUNK, PACKED_BYTES};
    uint32_t chunks = packed_chunks(PACKED_BYTES);
    uint32_t at = (uint32_t)sizeof head + 4 * chunks;

    for (uint32_t i = 0; i < PACKED_BYTES; i++)
        model[i] = i / PACKED_CHUNK == 2 ? (uint8_t)host_random(256) : (uint8_t)(i / 7 + i / 1000);
    memcpy(to, &head, sizeof head);
    for (uint32_t i = 0; i < chunks; i++) {
        uint32_t part = min_of(PACKED_CHUNK, PACKED_BYTES - i * PACKED_CHUNK);
        int packed = LZ4_compress_default((char *)model + i * PACKED_CHUNK, (char *)to + at,
                                          (int)part, (int)part - 1);
        if (packed <= 0)
            memcpy(to + at, model + i * PACKED_CHUNK, part);
        at += packed > 0 ? (uint32_t)packed : part;
        memcpy(to + sizeof head + 4 * i, &at, 4);
    }
    return at;
}

static uint64_t packed_archive(const uint8_t *packed, uint32_t bytes)
{
    uint64_t mark = 6 + 12 * 8;
    uint64_t at = member(0, "packed", S_IFREG | 0644, 1, 1, packed, bytes, false);

    format((char *)archive + mark, 9, "%08x", PACKED_MARK);
    archive[mark + 8] = 'p'; /* format ended it with a NUL */
    return member(at, "TRAILER!!!", 0, 0, 1, NULL, 0, false);
}

static void test_packed(void)
{
    static uint8_t model[MODEL_BYTES], packed[MODEL_BYTES], bad[MODEL_BYTES], back[MODEL_BYTES];
    struct mount *mount = scratch_mount();
    uint32_t bytes = pack(packed, model), chunks = packed_chunks(PACKED_BYTES);
    struct stat before, after;
    frame_t frame, again;
    bool ok = archive_load(mount, archive, packed_archive(packed, bytes)) == 0;

    empty_tree(mount->root);
    long items = host_heap_items(), frames = host_frames(); /* with what the first packed file allocates for all */
    ok = ok && archive_load(mount, archive, packed_archive(packed, bytes)) == 0;
    int64_t fd = lx_open(U("/mnt/packed"), O_RDWR, 0);
    struct inode *inode = files_get(files(), (int)fd)->inode;

    ok = ok && bytes < PACKED_BYTES / 2 && inode->size == PACKED_BYTES && host_frames() == frames &&
         !lx_fstat((uint64_t)fd, U(&before));
    tap(ok, "a packed member is taken, and nothing of it unpacked");
    ok = lx_pread64((uint64_t)fd, U(back), 10, 3 * PACKED_CHUNK - 5) == 10 &&
         !memcmp(back, model + 3 * PACKED_CHUNK - 5, 10) && host_frames() == frames + 2;
    tap(ok, "a read across two chunks takes two frames");
    ok = !pages_frame(inode, PACKED_BYTES / PAGE_SIZE, false, &frame) &&
         !pages_frame(inode, PACKED_BYTES / PAGE_SIZE, true, &again) && frame == again &&
         host_frames() == frames + 3;
    for (uint32_t i = PACKED_BYTES % PAGE_SIZE; ok && i < PAGE_SIZE; i++)
        ok = ((uint8_t *)frame_address(frame))[i] == 0;
    frame_drop(frame);
    frame_drop(again);
    tap(ok, "the last page is mapped, and ends in zeros");
    ok = lx_lseek((uint64_t)fd, 0, SEEK_HOLE) == PACKED_BYTES &&
         lx_lseek((uint64_t)fd, 70000, SEEK_DATA) == 70000 && host_frames() == frames + 3;
    ok = ok && check_file((uint64_t)fd, model, PACKED_BYTES) &&
         !lx_fstat((uint64_t)fd, U(&after)) && before.st_blocks == after.st_blocks &&
         after.st_blocks == 25 * 8 && host_frames() == frames + 25;
    tap(ok, "data without holes, whose blocks are the same packed and unpacked");
    pages_release(inode, 3); /* the mapped store above: who knows what is in the pages now */
    tap(host_frames() == frames + 25, "frames of a file that was changed stay");
    ok = !lx_ftruncate((uint64_t)fd, 5000) && !lx_fstat((uint64_t)fd, U(&after)) &&
         after.st_blocks == 16 && !lx_ftruncate((uint64_t)fd, 0) &&
         !lx_fstat((uint64_t)fd, U(&after)) && !after.st_blocks && host_frames() == frames;
    tap(ok, "and go with a truncation");
    lx_close((uint64_t)fd);
    empty_tree(mount->root);
    ok = archive_load(mount, archive, packed_archive(packed, bytes)) == 0;
    fd = lx_open(U("/mnt/packed"), O_RDWR, 0);
    inode = files_get(files(), (int)fd)->inode;
    ok = ok && check_file((uint64_t)fd, model, PACKED_BYTES) && host_frames() == frames + 25 &&
         !pages_frame(inode, 4, false, &frame);
    for (uint64_t i = 0; i < 30; i++)
        pages_release(inode, i);
    ok = ok && host_frames() == frames + 1 && !lx_fstat((uint64_t)fd, U(&after)) &&
         before.st_blocks == after.st_blocks;
    frame_drop(frame);
    tap(ok && check_file((uint64_t)fd, model, PACKED_BYTES), "clean frames that nobody maps can go, and come back");
    pages_release(inode, 4);
    ok = lx_ftruncate((uint64_t)fd, 20001) == 0 && lx_ftruncate((uint64_t)fd, 90000) == 0;
    memcpy(back, model, 20001);
    memset(back + 20001, 0, 90000 - 20001);
    memcpy(bad, back, 90000); /* check_file has a buffer of its own; so has this */
    tap(ok && check_file((uint64_t)fd, bad, 90000), "what was cut off before it was unpacked is zeros");
    lx_close((uint64_t)fd);
    empty_tree(mount->root);
    for (int round = 0; round < 20 && ok; round++) {
        static uint8_t now[MODEL_BYTES], buffer[20001];
        uint64_t size = PACKED_BYTES;

        memset(now, 0, sizeof now);
        memcpy(now, model, PACKED_BYTES);
        ok = archive_load(mount, archive, packed_archive(packed, bytes)) == 0;
        fd = lx_open(U("/mnt/packed"), O_RDWR, 0);
        for (int i = 0; ok && i < 100; i++)
            ok = change((uint64_t)fd, now, &size, buffer) &&
                 (i % 7 || check_file((uint64_t)fd, now, size));
        lx_close((uint64_t)fd);
        empty_tree(mount->root);
    }
    tap(ok, "20 packed files: 100 random writes, truncations, holes and mapped stores each");
    tap(host_heap_items() == items && host_frames() == frames, "all memory comes back");

    static const struct {
        uint32_t at, value;
        const char *what;
    } header[] = {{0, 1, "magic"}, {4, 8192, "size of chunks"}, {8, 0, "size"}, {8, 1u << 31, "size beyond the table"}};
    for (uint32_t i = 0; i < 4; i++) {
        memcpy(bad, packed, bytes);
        memcpy(bad + header[i].at, &header[i].value, 4);
        tap(archive_load(mount, archive, packed_archive(bad, bytes)) == -EINVAL, "wrong %s: refused",
            header[i].what);
        empty_tree(mount->root);
    }
    ok = true;
    for (uint32_t cut = 1; ok && cut < sizeof(struct packed_head) + 4 * chunks; cut++) {
        ok = archive_load(mount, archive, packed_archive(packed, cut)) == -EINVAL;
        empty_tree(mount->root);
    }
    tap(ok, "a member that ends within its table is refused");

    /* Ends of chunk 1: before its start, at it, beyond the member, more than a chunk, one byte less than LZ4 needs. */
    uint32_t start, end;
    memcpy(&start, packed + sizeof(struct packed_head), 4);
    memcpy(&end, packed + sizeof(struct packed_head) + 4, 4);
    const uint32_t ends[] = {0, 8, start, bytes + 1, UINT32_MAX, start + PACKED_CHUNK + 1, end - 1, start + 1};
    for (uint32_t i = 0; i < sizeof ends / 4; i++) {
        memcpy(bad, packed, bytes);
        memcpy(bad + sizeof(struct packed_head) + 4, &ends[i], 4);
        ok = archive_load(mount, archive, packed_archive(bad, bytes)) == 0;
        fd = lx_open(U("/mnt/packed"), O_RDWR, 0);
        inode = files_get(files(), (int)fd)->inode;
        ok = ok && lx_pread64((uint64_t)fd, U(back), 100, PACKED_CHUNK) == -EIO &&
             pages_frame(inode, 4, false, &frame) == -EIO && pages_frame(inode, 4, true, &frame) == -EIO &&
             lx_pwrite64((uint64_t)fd, U("x"), 1, PACKED_CHUNK) == -EIO;
        ok = ok && lx_pread64((uint64_t)fd, U(back), PACKED_BYTES, 0) == PACKED_CHUNK &&
             !memcmp(back, model, PACKED_CHUNK);
        lx_close((uint64_t)fd);
        empty_tree(mount->root);
        tap(ok, "chunk that ends at %u: EIO, the one before it is read", ends[i]);
    }
    memcpy(bad, packed, bytes);
    ok = archive_load(mount, archive, packed_archive(bad, bytes - 1)) == 0;
    fd = lx_open(U("/mnt/packed"), O_RDONLY, 0);
    ok = ok && lx_pread64((uint64_t)fd, U(back), 1, PACKED_BYTES - 1) == -EIO;
    tap(ok, "a member that is a byte too short: EIO at its end");
    lx_close((uint64_t)fd);
    empty_tree(mount->root);

    long failed = 0, done = 0;
    for (; done < 3000; done++) {
        memcpy(bad, packed, bytes);
        for (uint32_t i = 0; i <= host_random(8); i++)
            bad[host_random(2) ? host_random(bytes) : host_random((uint32_t)sizeof(struct packed_head) + 4 * chunks)] =
                (uint8_t)host_random(256);
        if (archive_load(mount, archive, packed_archive(bad, bytes - host_random(3)))) {
            failed++;
        } else {
            fd = lx_open(U("/mnt/packed"), O_RDONLY, 0);
            for (uint64_t at = 0; at < PACKED_BYTES; at += PACKED_CHUNK)
                failed += lx_pread64((uint64_t)fd, U(back), 5000, at) == -EIO;
            lx_close((uint64_t)fd);
        }
        empty_tree(mount->root);
    }
    tap(failed > done / 4 && host_heap_items() == items && host_frames() == frames,
        "%ld damaged packed members neither crash nor leak; %ld refusals", done, failed);
}

/* --- Pipes, epoll, locks --- */

static int32_t pipe_fd[2];
static uint8_t flow_in[200000], flow_out[200000];
static int64_t flow_got;

static void other_side_reads(void)
{
    int64_t got = lx_read((uint64_t)pipe_fd[0], U(flow_out + flow_got), 1 + host_random(30000));
    if (got > 0)
        flow_got += got;
    host_on_sleep = other_side_reads;
}

static void other_side_writes(void)
{
    lx_write((uint64_t)pipe_fd[1], U("late"), 4);
}

static void test_pipe(void)
{
    char buffer[8192];
    struct pollfd poll = {.events = POLLIN | POLLOUT};

    lx_pipe2(U(pipe_fd), 0);
    for (uint32_t i = 0; i < sizeof flow_in; i++)
        flow_in[i] = (uint8_t)host_random(256);
    host_on_sleep = other_side_reads;
    bool ok = lx_write((uint64_t)pipe_fd[1], U(flow_in), sizeof flow_in) == sizeof flow_in;
    host_on_sleep = NULL;
    lx_fcntl((uint64_t)pipe_fd[0], F_SETFL, O_NONBLOCK);
    for (int64_t got; (got = lx_read((uint64_t)pipe_fd[0], U(flow_out + flow_got), 7777)) > 0;)
        flow_got += got;
    tap(ok && flow_got == sizeof flow_in && !memcmp(flow_in, flow_out, sizeof flow_in),
        "a pipe keeps bytes and their order");
    tap(lx_read((uint64_t)pipe_fd[0], U(buffer), 1) == -EAGAIN, "an empty pipe says EAGAIN");
    lx_fcntl((uint64_t)pipe_fd[0], F_SETFL, 0);
    tap(lx_read((uint64_t)pipe_fd[0], U(buffer), 1) == -ERESTARTSYS, "a signal ends a read");
    host_on_sleep = other_side_writes;
    tap(lx_read((uint64_t)pipe_fd[0], U(buffer), 100) == 4 && !memcmp(buffer, "late", 4),
        "a sleeping reader gets what comes");
    lx_fcntl((uint64_t)pipe_fd[1], F_SETFL, O_NONBLOCK);
    memset(buffer, 1, sizeof buffer);
    while (lx_write((uint64_t)pipe_fd[1], U(buffer), 4096) == 4096)
        ;
    lx_read((uint64_t)pipe_fd[0], U(buffer), 100);
    tap(lx_write((uint64_t)pipe_fd[1], U(buffer), 4096) == -EAGAIN &&
            lx_write((uint64_t)pipe_fd[1], U(buffer), 8192) == 100,
        "up to PIPE_BUF bytes go whole or not at all, more go in part");
    poll.fd = pipe_fd[1];
    ok = lx_poll(U(&poll), 1, 0) == 0;
    lx_close((uint64_t)pipe_fd[0]);
    ok = ok && lx_poll(U(&poll), 1, 0) == 1 && poll.revents & POLLERR;
    host_last_signal = 0;
    tap(ok && lx_write((uint64_t)pipe_fd[1], U("x"), 1) == -EPIPE && host_last_signal == SIGPIPE,
        "without readers: POLLERR, EPIPE and SIGPIPE");
    tap(lx_write(99, U("x"), 1) == -EBADF && lx_write((uint64_t)pipe_fd[1], 8, 1) == -EPIPE,
        "bad descriptors and addresses");
    lx_close((uint64_t)pipe_fd[1]);
}

static void test_epoll(void)
{
    struct epoll_event event = {.events = EPOLLIN, .data = 7};
    struct epoll_event out[4];
    char c;

    lx_pipe2(U(pipe_fd), 0);
    uint64_t level = (uint64_t)lx_epoll_create1(0);
    uint64_t edge = (uint64_t)lx_epoll_create1(0);
    uint64_t reader = (uint64_t)pipe_fd[0], writer = (uint64_t)pipe_fd[1];
    lx_epoll_ctl(level, EPOLL_CTL_ADD, reader, U(&event));
    event.events = EPOLLIN | EPOLLET;
    lx_epoll_ctl(edge, EPOLL_CTL_ADD, reader, U(&event));
    bool ok = lx_epoll_wait(level, U(out), 4, 0) == 0 && lx_epoll_wait(edge, U(out), 4, 0) == 0;
    lx_write(writer, U("ab"), 2);
    ok = ok && lx_epoll_wait(level, U(out), 4, 0) == 1 && lx_epoll_wait(level, U(out), 4, 0) == 1 &&
         out[0].data == 7;
    ok = ok && lx_epoll_wait(edge, U(out), 4, 0) == 1 && lx_epoll_wait(edge, U(out), 4, 0) == 0;
    lx_read(reader, U(&c), 1);
    ok = ok && lx_epoll_wait(level, U(out), 4, 0) == 1;
    lx_read(reader, U(&c), 1);
    tap(ok && lx_epoll_wait(level, U(out), 4, 0) == 0, "epoll: level and edge");
    tap(lx_epoll_ctl(level, EPOLL_CTL_ADD, edge, U(&event)) == 0 &&
            lx_epoll_ctl(edge, EPOLL_CTL_ADD, level, U(&event)) == -ELOOP,
        "epolls may nest but not in a circle");
    lx_close(reader);
    lx_close(writer);
    tap(lx_epoll_wait(level, U(out), 4, 0) == 0, "a closed file leaves its epolls");
    lx_close(level);
    lx_close(edge);
}

static int64_t lock(uint64_t fd, int command, int16_t type, int64_t first, int64_t bytes,
                    struct flock *out)
{
    struct flock ask = {.l_type = type, .l_start = first, .l_len = bytes};
    int64_t error = lx_fcntl(fd, (uint64_t)command, U(&ask));
    if (out)
        *out = ask;
    return error;
}

static void test_locks(void)
{
    uint64_t fd = (uint64_t)lx_open(U("/locked"), O_CREAT | O_RDWR, 0600);
    uint64_t other = (uint64_t)lx_open(U("/locked"), O_RDWR, 0);
    struct flock found;
    bool ok = true;

    ok = ok && !lock(fd, F_OFD_SETLK, F_WRLCK, 0, 100, NULL) &&
         !lock(fd, F_OFD_SETLK, F_UNLCK, 40, 20, NULL);
    ok = ok && lock(other, F_OFD_SETLK, F_RDLCK, 39, 2, NULL) == -EAGAIN &&
         !lock(other, F_OFD_SETLK, F_WRLCK, 40, 20, NULL);
    ok = ok && lock(other, F_OFD_SETLK, F_WRLCK, 40, 21, NULL) == -EAGAIN;
    ok = ok && !lock(other, F_OFD_GETLK, F_WRLCK, 0, 0, &found) && found.l_type == F_WRLCK &&
         found.l_start == 0 && found.l_len == 40;
    tap(ok, "locks of open files: ranges are cut and held apart");
    ok = !lock(fd, F_SETLK, F_RDLCK, 200, 1, NULL) && !lock(fd, F_SETLK, F_RDLCK, 201, 1, NULL) &&
         lock(other, F_OFD_SETLK, F_WRLCK, 201, 1, NULL) == -EAGAIN;
    uint64_t third = (uint64_t)lx_open(U("/locked"), O_RDWR, 0);
    lx_close(third); /* ends all locks of the process */
    tap(ok && !lock(other, F_OFD_SETLK, F_WRLCK, 200, 2, NULL),
        "locks of a process end with any close");
    ok = lx_flock(fd, 2) == 0 && lx_flock(other, 2 | 4) == -EAGAIN && lx_flock(fd, 8) == 0 &&
         lx_flock(other, 2 | 4) == 0;
    tap(ok, "flock");
    lx_close(fd);
    lx_close(other);
    lx_unlink(U("/locked"));
}

/* --- Out of memory: every allocation of a call fails once --- */

static void exercise(void)
{
    int64_t fd = lx_open(U("/oom/file"), O_CREAT | O_RDWR, 0644);

    lx_pwrite64((uint64_t)fd, U("text"), 4, 1 << 20);
    lx_mkdir(U("/oom/d"), 0755);
    lx_symlink(U("file"), U("/oom/link"));
    lx_link(U("/oom/file"), U("/oom/hard"));
    lx_rename(U("/oom/hard"), U("/oom/d/a-longer-name-than-before"));
    lock((uint64_t)fd, F_SETLK, F_WRLCK, 0, 10, NULL);
    lock((uint64_t)fd, F_SETLK, F_UNLCK, 4, 2, NULL);
    lx_pipe2(U(pipe_fd), 0);
    int64_t ep = lx_epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN};
    lx_epoll_ctl((uint64_t)ep, EPOLL_CTL_ADD, (uint64_t)pipe_fd[0], U(&event));
    int64_t dup = lx_dup2(0, 500);
    int64_t status = lx_open(U("/proc/self/status"), O_RDONLY, 0);
    char buffer[100];
    lx_read((uint64_t)status, U(buffer), sizeof buffer);
    int64_t memory = lx_memfd_create(U("m"), 0);
    int64_t event_fd = lx_eventfd2(1, 0);
    lx_readlink(U("/proc/self/fd/0"), U(buffer), sizeof buffer);
    lx_close_range(3, 600, 0);
    (void)dup;
    (void)memory;
    (void)event_fd;
    lx_unlink(U("/oom/d/a-longer-name-than-before"));
    lx_unlink(U("/oom/hard"));
    lx_unlink(U("/oom/link"));
    lx_unlink(U("/oom/file"));
    lx_rmdir(U("/oom/d"));
}

static void clean(void)
{
    lx_close_range(3, 600, 0);
    lx_unlink(U("/oom/d/a-longer-name-than-before"));
    lx_unlink(U("/oom/hard"));
    lx_unlink(U("/oom/link"));
    lx_unlink(U("/oom/file"));
    lx_rmdir(U("/oom/d"));
}

static void test_memory_short(void)
{
    long items, frames;
    uint64_t fail = 0;
    bool ok = true;

    lx_mkdir(U("/oom"), 0755);
    exercise();
    clean();
    items = host_heap_items();
    frames = host_frames();
    for (; ok && fail < 300; fail++) {
        host_heap_limit = fail;
        exercise();
        bool ran_out = host_heap_limit == 0;
        host_heap_limit = UINT64_MAX;
        clean();
        ok = host_heap_items() == items && host_frames() == frames;
        if (!ok)
            note("with allocation %lu failing: %ld items and %ld frames too many",
                 (unsigned long)fail, host_heap_items() - items, host_frames() - frames);
        if (!ran_out)
            break;
    }
    tap(ok, "memory runs out at each of %lu allocations: nothing leaks, nothing breaks",
        (unsigned long)fail);
}

static void test_proc(void)
{
    char buffer[512] = "";
    struct stat st;
    int64_t fd = lx_open(U("/proc/self/stat"), O_RDONLY, 0);
    int64_t got = lx_read((uint64_t)fd, U(buffer), sizeof buffer - 1);

    tap(got > 0 && !memcmp(buffer, "2 (", 3), "/proc/self/stat");
    lx_close((uint64_t)fd);
    tap(lx_readlink(U("/proc/self/fd/0"), U(buffer), sizeof buffer) == 9 &&
            !memcmp(buffer, "/dev/null", 9),
        "/proc/self/fd/0");
    tap(lx_stat(U("/dev/stdin"), U(&st)) == 0 && st.st_rdev == 0x103,
        "/dev/stdin leads to the file");
    tap(lx_stat(U("/proc/self/fd/77"), U(&st)) == -ENOENT &&
            lx_stat(U("/proc/99/stat"), U(&st)) == -ENOENT,
        "what is not there");
    tap(lx_mkdir(U("/proc/x"), 0755) == -ENOENT && lx_unlink(U("/proc/meminfo")) == -EPERM,
        "nothing is made or removed there");
    lx_mkdir(U("/gone"), 0755);
    lx_chdir(U("/gone"));
    lx_rmdir(U("/gone"));
    tap(lx_getcwd(U(buffer), sizeof buffer) == -ENOENT &&
            lx_readlink(U("/proc/self/cwd"), U(buffer), sizeof buffer) == 15 &&
            !memcmp(buffer, "/gone (deleted)", 15),
        "a removed working directory");
    lx_chdir(U("/"));
}

int main(void)
{
    host_start();
    current()->process->fs->umask = 022;
    if (fs_start(NULL, 0) || files_create(&current()->process->files)) {
        tap(false, "start");
        return tap_end();
    }
    current()->process->fs = fs_context_new();
    fs_open_standard(files());
    test_against_host();
    test_pages();
    test_big_directory();
    test_archive();
    test_packed();
    test_pipe();
    test_epoll();
    test_locks();
    test_proc();
    test_memory_short();
    return tap_end();
}
