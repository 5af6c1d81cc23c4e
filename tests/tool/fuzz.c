/* SPDX-License-Identifier: MIT */
/*
 * fuzz.c - hostile files for the host tool's readers, under the address and undefined-behaviour
 * sanitizers.
 *
 * usage: fuzz SEED ROUNDS ELF...    Damages copies of the ELF files and of a small root archive in
 * a few places each round and has them read. Any result is fine except a sanitizer's complaint or a
 * crash. Prints how many were taken and how many refused; a reader that refuses nothing or
 * everything fails the test.
 */
#define _GNU_SOURCE
#include "tools/cpio.h"
#include "tools/elf.h"
#include "tools/manifest.h"
#include "tools/process.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct tally {
    const char *name;
    unsigned taken, refused;
};

static uint64_t state;

static uint64_t next_random(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

/* Change a few bytes, most of them near the start, and sometimes cut the end off. */
static size_t damage(char *bytes, size_t length)
{
    static const unsigned char nasty[] = {0, 1, 0x7f, 0x80, 0xff, 0x20, 0x2f, 0x30, 0x66};
    unsigned places = 1 + (unsigned)(next_random() % 6);

    for (unsigned i = 0; i < places; i++) {
        size_t limit = next_random() % 4 ? (length < 1024 ? length : 1024) : length;

        bytes[next_random() % limit] =
            (char)(next_random() % 2 ? nasty[next_random() % sizeof nasty] : next_random());
    }
    return next_random() % 4 ? length : next_random() % length;
}

static void fuzz_elf(struct tally *tally, const char *bytes, size_t length)
{
    char path[] = "/tmp/lorica-fuzz-XXXXXX";
    int fd = mkstemp(path);
    struct elf elf;

    if (fd < 0 || write(fd, bytes, length) != (ssize_t)length)
        exit(1);
    close(fd);
    if (elf_open(&elf, path))
        tally->refused++;
    else
        tally->taken++;
    for (size_t i = 0; i < elf.needed.count; i++)
        (void)strlen(elf.needed.item[i]);
    elf_close(&elf);
    unlink(path);
}

static size_t count_nodes(struct node *root, struct node *node)
{
    size_t count = 1;
    char *path = tree_path(node);

    (void)tree_find(root, root, path, 1);
    free(path);
    for (size_t i = 0; i < node->child_count; i++)
        count += count_nodes(root, node->child[i]);
    return count;
}

static void fuzz_cpio(struct tally *tally, const char *bytes, size_t length)
{
    char *exact = malloc(length ? length : 1); /* so that one byte too far is seen */
    struct node *root;

    memcpy(exact, bytes, length);
    root = cpio_read(exact, length);
    if (root && count_nodes(root, root))
        tally->taken++;
    else
        tally->refused++;
    free(exact);
}

static void fuzz_manifest(struct tally *tally, const char *bytes, size_t length)
{
    struct manifest_use use = {0};
    char *text = text_format("%.*s", (int)length, bytes);

    free(manifest_rewrite(text, &use));
    if (use.instances)
        tally->taken++;
    else
        tally->refused++;
    free(text);
}

static void make_archive(struct buffer *archive)
{
    struct node *root = tree_new();
    struct cpio cpio;
    int fd = process_memory_file("fuzz");

    tree_file(root, "usr/bin/tool", 0755, "some bytes of a program");
    tree_file(root, "etc/motd", 0644, "hello\n");
    tree_link(root, "bin", "usr/bin");
    tree_link(root, "loop", "loop");
    tree_directory(root, "tmp", 01777);
    cpio_open(&cpio, fd);
    cpio_tree(&cpio, root);
    cpio_close(&cpio);
    if (process_read_file(text_format("/proc/self/fd/%d", fd), archive))
        exit(1);
    close(fd);
}

int main(int argc, char **argv)
{
    struct tally elf = {"elf", 0, 0}, cpio = {"cpio", 0, 0}, manifest = {"manifest", 0, 0};
    static const char text[] =
        "instance a\n  libos \"x y\"\n  root ./r.tar # r\n arg \"q\\\"\"\ninstance b\nlibos l\n";
    struct buffer archive = {0}, copy = {0};
    unsigned long rounds = argc > 2 ? strtoul(argv[2], NULL, 10) : 1000;

    state = argc > 1 ? strtoull(argv[1], NULL, 10) * 2654435761u + 1 : 1;
    make_archive(&archive);
    for (unsigned long i = 0; i < rounds; i++) {
        for (int file = 3; file < argc; file++) {
            copy.length = 0;
            if (process_read_file(argv[file], &copy))
                return 1;
            fuzz_elf(&elf, copy.bytes, damage(copy.bytes, copy.length));
        }
        copy.length = 0;
        buffer_add(&copy, archive.bytes, archive.length);
        fuzz_cpio(&cpio, copy.bytes, damage(copy.bytes, copy.length));
        copy.length = 0;
        buffer_add(&copy, text, sizeof text - 1);
        fuzz_manifest(&manifest, copy.bytes, damage(copy.bytes, copy.length));
    }
    for (struct tally *one[] = {&elf, &cpio, &manifest}, **at = one; at < one + 3; at++) {
        printf("%s: %u taken, %u refused\n", (*at)->name, (*at)->taken, (*at)->refused);
        if (!(*at)->taken || !(*at)->refused)
            return 1;
    }
    return 0;
}
