/* SPDX-License-Identifier: MIT */
/*
 * loader.c - starting init: the one program that the kernel itself loads.
 *
 * Source: cpio(5), "New ASCII Format"; System V ABI, "Program Loading".
 */
#include "loader.h"
#include <elf.h>
#include "base/string.h"
#include "core/frame.h"
#include "core/klog.h"
#include "core/table.h"

#define CPIO_HEADER     110
#define START_ADDRESS   0x7e0000000000ul
#define MACHINE_ADDRESS (START_ADDRESS + 0x1000)
#define UPCALL_ADDRESS  (START_ADDRESS + 0x2000)
#define STACK_TOP       (START_ADDRESS + 0x100000)
#define STACK_PAGES     16
#define INIT_MAX        (16ul << 20)

static const struct cap root_cap = {.rights = EXO_RIGHT_ALL, .present = 1};

static uint64_t hex8(const uint8_t *text)
{
    uint64_t value = 0;

    for (int i = 0; i < 8; i++) {
        uint32_t digit = text[i] - (text[i] > '9' ? 'a' - 10u : '0');

        value = value << 4 | (digit & 15);
    }
    return value;
}

/* The data of the first member, which must be `init`. */
static const uint8_t *init_member(const uint8_t *archive, uint64_t bytes, uint64_t *size)
{
    if (bytes < CPIO_HEADER || memcmp(archive, "070701", 6))
        panic("init: the boot module is not a newc archive");
    uint64_t name_size = hex8(archive + 94);
    uint64_t start = (CPIO_HEADER + name_size + 3) & ~3ul;

    *size = hex8(archive + 54);
    if (start >= bytes || name_size < 5 || strncmp((const char *)archive + CPIO_HEADER, "init", 5))
        panic("init: the first member of the boot archive is not `init`");
    if (*size > bytes - start || *size > INIT_MAX)
        panic("init: the archive ends before `init` does");
    return archive + start;
}

static void write_entry(uint64_t root, uint64_t address, uint64_t entry)
{
    struct exo_pte request = {.address = address, .entry = entry};
    int error = table_update(&root_cap, root, &request, 1, &(uint64_t){0});

    if (error)
        panic("init: cannot map 0x%lx: error %d", address, error);
}

static uint64_t new_table(uint8_t level)
{
    uint64_t frame = frame_boot_alloc(EXO_FRAME_TABLE);

    frame_table[frame].level = level;
    return frame;
}

/* Maps one page, making tables on the way. */
static void map_page(uint64_t root, uint64_t address, uint64_t frame, uint64_t bits)
{
    uint64_t table;
    bool shared;

    for (uint8_t level = 4; level > 1; level--)
        if (!table_walk(root, address, level - 1u, &table, &shared))
            write_entry(root, (address & ~0ul << (3 + 9 * level)) | level,
                        new_table(level - 1) << EXO_PAGE_SHIFT | EXO_PTE_PRESENT | EXO_PTE_WRITE);
    write_entry(root, address | 1, frame << EXO_PAGE_SHIFT | bits | EXO_PTE_PRESENT);
}

static void load_segment(uint64_t root, const uint8_t *image, uint64_t size, const Elf64_Phdr *p)
{
    uint64_t end = p->p_vaddr + p->p_memsz;
    uint64_t bits =
        (p->p_flags & PF_W ? EXO_PTE_WRITE : 0) | (p->p_flags & PF_X ? 0 : EXO_PTE_NO_EXECUTE);

    if (p->p_filesz > p->p_memsz || p->p_offset > size || p->p_filesz > size - p->p_offset ||
        p->p_memsz > INIT_MAX || p->p_vaddr & (EXO_PAGE_SIZE - 1) || end > START_ADDRESS ||
        end < p->p_vaddr)
        panic("init: segment at 0x%lx is malformed or not page aligned", p->p_vaddr);
    for (uint64_t at = 0; at < p->p_memsz; at += EXO_PAGE_SIZE) {
        uint64_t frame = frame_boot_alloc(EXO_FRAME_DATA);
        uint64_t left = p->p_filesz > at ? p->p_filesz - at : 0;

        if (left)
            memcpy(arch_map_frame(0, frame), image + p->p_offset + at,
                   left < EXO_PAGE_SIZE ? left : EXO_PAGE_SIZE);
        map_page(root, p->p_vaddr + at, frame, bits);
    }
}

struct env *init_load(const uint8_t *archive, uint64_t bytes, uint64_t machine)
{
    uint64_t size;
    const uint8_t *image = init_member(archive, bytes, &size);
    const Elf64_Ehdr *elf = (const Elf64_Ehdr *)image;
    uint64_t root = new_table(4);
    uint64_t low = UINT64_MAX, high = 0;

    arch_root_init(root);
    if (size < sizeof *elf || memcmp(elf->e_ident, ELFMAG "\2\1\1", 7) || elf->e_type != ET_EXEC ||
        elf->e_machine != EM_X86_64 || elf->e_phentsize != sizeof(Elf64_Phdr) ||
        elf->e_phnum > 16 || elf->e_phoff > size ||
        elf->e_phnum * sizeof(Elf64_Phdr) > size - elf->e_phoff)
        panic("init: not a static x86-64 ELF");
    const Elf64_Phdr *p = (const Elf64_Phdr *)(image + elf->e_phoff);

    for (uint32_t i = 0; i < elf->e_phnum; i++) {
        if (p[i].p_type != PT_LOAD || !p[i].p_memsz)
            continue;
        load_segment(root, image, size, &p[i]);
        low = p[i].p_vaddr < low ? p[i].p_vaddr : low;
        high = p[i].p_vaddr + p[i].p_memsz > high ? p[i].p_vaddr + p[i].p_memsz : high;
    }
    for (uint64_t i = 1; i <= STACK_PAGES; i++)
        map_page(root, STACK_TOP - i * EXO_PAGE_SIZE, frame_boot_alloc(EXO_FRAME_DATA),
                 EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE);
    uint64_t start_frame = frame_boot_alloc(EXO_FRAME_DATA);
    uint64_t upcall = frame_boot_alloc(EXO_FRAME_DATA);

    map_page(root, START_ADDRESS, start_frame, EXO_PTE_NO_EXECUTE);
    map_page(root, MACHINE_ADDRESS, machine, EXO_PTE_NO_EXECUTE);
    map_page(root, UPCALL_ADDRESS, upcall, EXO_PTE_WRITE | EXO_PTE_NO_EXECUTE);
    struct exo_env_config config = {
        .root = root,
        .upcall_frame = upcall,
        .rip = elf->e_entry < EXO_USER_END ? elf->e_entry : 0,
        .rsp = STACK_TOP,
        .argument = START_ADDRESS,
        .open_events = 0xffffffff, /* instances tell init about their streams */
    };
    uint64_t env_frame = frame_boot_alloc(EXO_FRAME_DATA);
    struct env *env = env_boot(env_frame, &config);
    struct exo_init_start *start = arch_map_frame(0, start_frame);

    *start = (struct exo_init_start){.machine = MACHINE_ADDRESS,
                                     .upcall = UPCALL_ADDRESS,
                                     .root = root,
                                     .env = env->id,
                                     .stack_top = STACK_TOP,
                                     .image_start = low,
                                     .image_end = high};
    arch_unmap_frame(0);
    return env;
}
