/* SPDX-License-Identifier: MIT */
/* elf_test.c - the strict ELF reader on the host: a small executable, each way to damage it, and
 * chance. */
#include "lib/exo/elf.h"
#include <elf.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include "tap.h"

#define LOW  0x600000000000ull
#define HIGH (LOW + (1ull << 30))

struct file {
    Elf64_Ehdr header;
    Elf64_Phdr ph[3];
    Elf64_Shdr sh[3];
    Elf64_Sym symbol[3];
    char strings[64];
    uint8_t rest[3 * 4096];
};

static struct file file;
static struct exo_elf elf;

static void make(void)
{
    memset(&file, 0, sizeof file);
    memcpy(file.header.e_ident, "\177ELF\2\1\1", 7);
    file.header.e_type = ET_EXEC;
    file.header.e_machine = EM_X86_64;
    file.header.e_entry = LOW + 0x100;
    file.header.e_phoff = offsetof(struct file, ph);
    file.header.e_phentsize = sizeof(Elf64_Phdr);
    file.header.e_phnum = 3;
    file.header.e_shoff = offsetof(struct file, sh);
    file.header.e_shentsize = sizeof(Elf64_Shdr);
    file.header.e_shnum = 3;
    file.ph[0] = (Elf64_Phdr){.p_type = PT_LOAD,
                              .p_flags = PF_R | PF_X,
                              .p_offset = 0,
                              .p_vaddr = LOW,
                              .p_filesz = 4096,
                              .p_memsz = 4096};
    file.ph[1] = (Elf64_Phdr){.p_type = PT_LOAD,
                              .p_flags = PF_R,
                              .p_offset = 4096,
                              .p_vaddr = LOW + 4096,
                              .p_filesz = 4096,
                              .p_memsz = 4096};
    file.ph[2] = (Elf64_Phdr){.p_type = PT_LOAD,
                              .p_flags = PF_R | PF_W,
                              .p_offset = 8192,
                              .p_vaddr = LOW + 8192,
                              .p_filesz = 100,
                              .p_memsz = 9000};
    file.sh[1] = (Elf64_Shdr){.sh_type = SHT_SYMTAB,
                              .sh_offset = offsetof(struct file, symbol),
                              .sh_size = sizeof file.symbol,
                              .sh_link = 2,
                              .sh_entsize = sizeof(Elf64_Sym)};
    file.sh[2] = (Elf64_Shdr){.sh_type = SHT_STRTAB,
                              .sh_offset = offsetof(struct file, strings),
                              .sh_size = sizeof file.strings};
    memcpy(file.strings, "\0entry\0data", 12);
    file.symbol[1] = (Elf64_Sym){.st_name = 1, .st_shndx = 1, .st_value = LOW + 0x200};
    file.symbol[2] = (Elf64_Sym){.st_name = 7, .st_shndx = 1, .st_value = LOW + 8192};
}

/* On a heap block of exactly this size. */
static const char *read_bytes(size_t bytes)
{
    static uint8_t *copy;

    free(copy);
    copy = malloc(bytes ? bytes : 1);
    memcpy(copy, &file, bytes);
    const char *wrong = exo_elf_read(&elf, copy, bytes, LOW, HIGH);

    if (!wrong) {
        (void)exo_elf_symbol(&elf, "entry");
        (void)exo_elf_symbol(&elf, "");
    }
    return wrong;
}

static bool wrong_with(const char *part)
{
    const char *wrong = read_bytes(sizeof file);

    if (!wrong || !strstr(wrong, part))
        printf("# got %s\n", wrong ? wrong : "no error");
    return wrong && strstr(wrong, part);
}

static void good(void)
{
    make();
    CHECK(!read_bytes(sizeof file));
    CHECK(elf.segment_count == 3 && elf.entry == LOW + 0x100);
    CHECK(elf.segment[0].execute && !elf.segment[0].write && elf.segment[2].write &&
          !elf.segment[2].execute);
    CHECK(elf.segment[2].memory_bytes == 9000 && elf.segment[2].file_bytes == 100);
    CHECK(exo_elf_symbol(&elf, "entry") == LOW + 0x200);
    CHECK(exo_elf_symbol(&elf, "data") == 0); /* not in an executable segment */
    CHECK(exo_elf_symbol(&elf, "missing") == 0);
}

static void damaged(void)
{
    make(), file.header.e_ident[0] = 0;
    CHECK(wrong_with("no 64-bit"));
    make(), file.header.e_ident[4] = 1;
    CHECK(wrong_with("no 64-bit"));
    make(), file.header.e_machine = EM_AARCH64;
    CHECK(wrong_with("another processor"));
    make(), file.header.e_type = ET_DYN;
    CHECK(wrong_with("no executable"));
    make(), file.header.e_phnum = 0;
    CHECK(wrong_with("program headers"));
    make(), file.header.e_phnum = 65535;
    CHECK(wrong_with("program headers"));
    make(), file.header.e_phoff = UINT64_MAX - 8;
    CHECK(wrong_with("program headers"));
    make(), file.header.e_phentsize = 1;
    CHECK(wrong_with("program headers"));
    make(), file.ph[1].p_type = PT_INTERP;
    CHECK(wrong_with("interpreter"));
    make(), file.ph[0].p_offset = UINT64_MAX - 4095;
    CHECK(wrong_with("outside the file"));
    make(), file.ph[0].p_filesz = UINT64_MAX;
    CHECK(wrong_with("outside the file"));
    make(), file.ph[2].p_memsz = 50;
    CHECK(wrong_with("larger in the file"));
    make(), file.ph[2].p_memsz = UINT64_MAX;
    CHECK(wrong_with("outside the addresses"));
    make(), file.ph[0].p_vaddr = LOW - 4096;
    CHECK(wrong_with("outside the addresses"));
    make(), file.ph[2].p_vaddr = 0xffffffff80000000;
    CHECK(wrong_with("outside the addresses"));
    make(), file.ph[2].p_vaddr += 8;
    CHECK(wrong_with("within the page"));
    make(), file.ph[0].p_flags |= PF_W;
    CHECK(wrong_with("writable and executable"));
    make(), file.ph[1].p_vaddr = LOW;
    CHECK(wrong_with("overlap"));
    make(), file.header.e_entry = LOW + 4096;
    CHECK(wrong_with("entry point"));
    make(), file.header.e_entry = 0;
    CHECK(wrong_with("entry point"));
}

/* Damaged symbols are absent symbols. */
static void symbols(void)
{
    make(), file.sh[1].sh_offset = UINT64_MAX;
    CHECK(!read_bytes(sizeof file) && !elf.symbol_count);
    make(), file.sh[1].sh_link = 9;
    CHECK(!read_bytes(sizeof file) && !elf.symbol_count);
    make(), file.sh[2].sh_size = UINT64_MAX;
    CHECK(!read_bytes(sizeof file) && !elf.symbol_count);
    make(), file.header.e_shoff = UINT64_MAX - 3;
    CHECK(!read_bytes(sizeof file) && !elf.symbol_count);
    make(), file.symbol[1].st_name = 0xffffffff;
    CHECK(!read_bytes(sizeof file) && !exo_elf_symbol(&elf, "entry"));
    make(), file.strings[63] = 'x';
    CHECK(!read_bytes(sizeof file) && !elf.symbol_count);
}

static void cut_short(void)
{
    make();
    for (size_t n = 0; n < 8192 + 100; n++)
        CHECK(read_bytes(n) != NULL);
    CHECK(!read_bytes(8192 + 100));
}

static void chance(void)
{
    unsigned state = 3;
    uint32_t accepted = 0;

    for (int i = 0; i < 200000; i++) {
        make();
        for (int k = 0; k < 2; k++) {
            state = state * 1664525 + 1013904223;
            ((uint8_t *)&file)[(state >> 4) % offsetof(struct file, rest)] = (uint8_t)(state >> 24);
        }
        if (read_bytes(8192 + 100))
            continue;
        accepted++;
        for (uint32_t s = 0; s < elf.segment_count; s++) {
            const struct exo_elf_segment *segment = &elf.segment[s];

            CHECK(segment->offset + segment->file_bytes <= 8192 + 100 &&
                  !(segment->write && segment->execute));
            CHECK(segment->address >= LOW && segment->memory_bytes <= HIGH - segment->address);
        }
    }
    printf("# %u of 200000 damaged files were acceptable\n", accepted);
}

int main(void)
{
    TEST(good);
    TEST(damaged);
    TEST(symbols);
    TEST(cut_short);
    TEST(chance);
    return TAP_END();
}
