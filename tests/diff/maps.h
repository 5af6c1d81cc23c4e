/* SPDX-License-Identifier: MIT */
/*
 * maps.h - for the programs of tests/diff about mappings: eight pages of each kind, and what is done with them.
 */
#pragma once
#include "tests/diff/diff.h"

#define MAP_PAGES 8

static inline char *map_file(int prot, int flags, size_t pages)
{
    char *bytes = map_pages(pages);
    int fd;
    char *map;

    for (size_t i = 0; i < pages; i++)
        bytes[i * PAGE] = (char)('a' + i);
    make_file("mapped", bytes, pages * PAGE, 0644);
    NEED(munmap(bytes, pages * PAGE) == 0);
    fd = open("mapped", flags & MAP_SHARED && !(prot & PROT_WRITE) ? O_RDONLY : O_RDWR);
    map = mmap(NULL, MAP_PAGES * PAGE, prot, flags, fd, 0);
    NEED(map != MAP_FAILED);
    close(fd);
    return map;
}

/* A fresh mapping. Each lies alone: no neighbour is merged with it or stands in its way. */
static inline char *map_kind(const char *kind)
{
    int rw = PROT_READ | PROT_WRITE;
    char *room =
        mmap(NULL, 64 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    char *place = room + 16 * PAGE;
    char *map = NULL;

    NEED(room != MAP_FAILED);
    if (strcmp(kind, "anonymous") == 0)
        map = mmap(NULL, MAP_PAGES * PAGE, rw, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    else if (strcmp(kind, "shared") == 0)
        map = mmap(NULL, MAP_PAGES * PAGE, rw, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    else if (strcmp(kind, "private_file") == 0)
        map = map_file(rw, MAP_PRIVATE, MAP_PAGES);
    else if (strcmp(kind, "shared_file") == 0)
        map = map_file(rw, MAP_SHARED, MAP_PAGES);
    else if (strcmp(kind, "readonly_file") == 0)
        map = map_file(PROT_READ, MAP_SHARED, MAP_PAGES);
    else if (strcmp(kind, "short_file") == 0)
        map = map_file(rw, MAP_SHARED, 3);
    else if (strcmp(kind, "none") == 0)
        map = mmap(NULL, MAP_PAGES * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    else if (strcmp(kind, "stack") == 0)
        map = mmap(NULL, MAP_PAGES * PAGE, rw,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE, -1, 0);
    else if (strcmp(kind, "zero") == 0)
        map = mmap(NULL, MAP_PAGES * PAGE, rw, MAP_PRIVATE, open("/dev/zero", O_RDWR), 0);
    else if (strcmp(kind, "memfd") == 0) {
        int fd = memfd_create("map", 0);

        NEED(ftruncate(fd, MAP_PAGES * PAGE) == 0);
        map = mmap(NULL, MAP_PAGES * PAGE, rw, MAP_SHARED, fd, 0);
    }
    NEED(map && map != MAP_FAILED);
    /* To its place in the middle of the room. */
    NEED(mremap(map, MAP_PAGES * PAGE, MAP_PAGES * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, place) ==
         place);
    return place;
}

static inline void touch_story(char *map)
{
    say_touch("first page, read", map, 'r');
    say_touch("first page, write", map, 'w');
    say_touch("last page, read", map + 7 * PAGE, 'r');
    say_touch("last page, write", map + 7 * PAGE + 4095, 'w');
    say_touch("execute", map + 2 * PAGE, 'x');
    say_touch("before", map - 1, 'r');
    say_touch("behind", map + 8 * PAGE, 'r');
}

static inline void protect_story(char *map)
{
    static const int prot[] = {PROT_NONE, PROT_READ, PROT_READ | PROT_WRITE, PROT_READ | PROT_EXEC,
                               PROT_READ};

    for (int i = 0; i < 5; i++) {
        printf("rights %d\n", prot[i]);
        SHOW(mprotect(map + PAGE, 2 * PAGE, prot[i]));
        say_touch("  inside, read", map + PAGE, 'r');
        say_touch("  inside, write", map + 2 * PAGE, 'w');
        say_touch("  beside, read", map, 'r');
    }
    SHOW(mprotect(map, 9 * PAGE, PROT_READ));
    SHOW(mprotect(map + 1, PAGE, PROT_READ));
    SHOW(mprotect(map, PAGE, 0x100));
}

static int story_write(void *map)
{
    say_touch("child writes", (char *)map + PAGE, 'w');
    return 0;
}

static inline void fork_story(char *map)
{
    say_touch("parent writes", map, 'w');
    run_child("child", story_write, map);
    handle_signal(SIGSEGV, touch_handler, 0);
    if (sigsetjmp(touch_return, 1) == 0)
        printf("parent sees %d %d\n", map[0], map[PAGE]);
    else
        printf("parent sees nothing\n");
}

static inline void remap_story(char *map)
{
    char *moved;

    say_touch("third page", map + 2 * PAGE, 'w');
    TELL(mremap(map, 8 * PAGE, 4 * PAGE, 0) == map);
    say_touch("cut off", map + 5 * PAGE, 'r');
    SHOW_MAP(mremap(map, 4 * PAGE, 60 * PAGE, 0));
    moved = mremap(map, 4 * PAGE, 8 * PAGE, MREMAP_MAYMOVE);
    TELL(moved != MAP_FAILED);
    say_touch("third page, moved", moved + 2 * PAGE, 'r');
    say_touch("seventh page", moved + 6 * PAGE, 'r');
    SHOW_MAP(mremap(moved, 8 * PAGE, 0, MREMAP_MAYMOVE));
    SHOW_MAP(mremap(moved + 1, PAGE, PAGE, MREMAP_MAYMOVE));
    SHOW_MAP(mremap(moved, 8 * PAGE, 8 * PAGE, 0x100));
    SHOW_MAP(mremap(moved, PAGE, PAGE, MREMAP_FIXED, map));
}

static inline void advise_story(char *map)
{
    static const int advice[] = {MADV_NORMAL,   MADV_RANDOM,     MADV_SEQUENTIAL, MADV_WILLNEED,
                                 MADV_DONTNEED, MADV_DONTFORK,   MADV_DOFORK,     MADV_DONTDUMP,
                                 MADV_DODUMP,   MADV_WIPEONFORK, MADV_KEEPONFORK};

    for (size_t i = 0; i < sizeof advice / sizeof advice[0]; i++) {
        printf("advice %d: ", advice[i]);
        SHOW(madvise(map, 4 * PAGE, advice[i]));
    }
    say_touch("write", map, 'w');
    SHOW(madvise(map, PAGE, MADV_DONTNEED));
    handle_signal(SIGSEGV, touch_handler, 0);
    if (sigsetjmp(touch_return, 1) == 0)
        printf("now %d\n", map[0]);
    else
        printf("now nothing\n");
    SHOW(madvise(map, PAGE, 4711));
    SHOW(madvise(map + 1, PAGE, MADV_NORMAL));
}

static inline void unmap_story(char *map)
{
    say_touch("write", map, 'w');
    SHOW(munmap(map + 2 * PAGE, 3 * PAGE));
    say_touch("in front", map + PAGE, 'r');
    say_touch("in it", map + 3 * PAGE, 'r');
    say_touch("behind it", map + 5 * PAGE, 'r');
    SHOW(munmap(map + 2 * PAGE, 3 * PAGE));
    SHOW(msync(map, 8 * PAGE, MS_SYNC));
    SHOW(msync(map, 2 * PAGE, MS_SYNC));
    SHOW(munmap(map, 0));
    SHOW(munmap(map + 1, PAGE));
    SHOW(munmap(map, 8 * PAGE));
    say_touch("all", map, 'r');
}

static inline void call_story(char *map)
{
    int tube[2];
    int zero = open("/dev/zero", O_RDONLY);

    NEED(pipe2(tube, O_NONBLOCK) == 0 && zero >= 0);
    SHOW(write(tube[1], map, 100));
    SHOW(read(tube[0], map + 100, 50));
    SHOW(read(zero, map + PAGE, 3 * PAGE));
    SHOW(write(tube[1], map + PAGE, 2 * PAGE));
    SHOW(read(zero, map + 7 * PAGE, PAGE));
    SHOW(read(zero, map + 8 * PAGE, 10));
    SHOW(write(tube[1], map - 10, 5));
}
