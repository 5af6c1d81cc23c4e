/* SPDX-License-Identifier: MIT */
/* exec_hand_made.c - a small ELF program built byte by byte runs, and broken variants do not. */
#include "tests/diff/diff.h"

#include <elf.h>

static const unsigned char code[] = {0xb8, 60, 0, 0, 0, 0xbf, 42, 0, 0, 0, 0x0f, 0x05};

static struct image {
    Elf64_Ehdr header;
    Elf64_Phdr load;
    Elf64_Phdr extra;
    char interpreter[32];
    unsigned char code[16];
} image;

static void build(void)
{
    memset(&image, 0, sizeof image);
    memcpy(image.header.e_ident, "\177ELF\2\1\1", 7);
    image.header.e_type = ET_EXEC;
    image.header.e_machine = EM_X86_64;
    image.header.e_version = 1;
    image.header.e_entry = 0x400000 + offsetof(struct image, code);
    image.header.e_phoff = offsetof(struct image, load);
    image.header.e_ehsize = sizeof(Elf64_Ehdr);
    image.header.e_phentsize = sizeof(Elf64_Phdr);
    image.header.e_phnum = 1;
    image.load = (Elf64_Phdr){.p_type = PT_LOAD,
                              .p_flags = PF_R | PF_X,
                              .p_vaddr = 0x400000,
                              .p_filesz = sizeof image,
                              .p_memsz = sizeof image,
                              .p_align = PAGE};
    memcpy(image.code, code, sizeof code);
}

static int start(void *name)
{
    execv(name, (char *[]){name, NULL});
    printf("%s: %s\n", (char *)name, error_name(errno));
    return 1;
}

static void try(char *name)
{
    make_file(name, &image, sizeof image, 0755);
    run_child(name, start, name);
    build();
}

int main(void)
{
    build();
    try("good");
    image.header.e_phentsize = 55;
    try("entry-size");
    image.header.e_type = ET_REL;
    try("relocatable");
    image.header.e_phnum = 0;
    try("no-entries");
    image.header.e_phoff = 1 << 20;
    try("entries-past-end");
    image.header.e_phnum = 2;
    image.extra = (Elf64_Phdr){.p_type = PT_INTERP,
                               .p_offset = offsetof(struct image, interpreter),
                               .p_filesz = 14,
                               .p_memsz = 14};
    strcpy(image.interpreter, "/no/such/ld.so");
    image.extra.p_filesz = 15;
    try("missing-interpreter");
    image.header.e_entry = 0x10;
    try("wild-entry");
    return 0;
}
