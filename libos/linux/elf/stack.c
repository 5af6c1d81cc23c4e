/* SPDX-License-Identifier: MIT */
/*
 * stack.c - what a program finds on its stack: strings, argc, argv, envp, auxiliary vector.
 *
 * Source: System V ABI AMD64 supplement, "Process Initialization"; getauxval(3).
 */
#include <linux/auxvec.h>
#include <linux/mman.h>
#include "libos/linux/call/random.h"
#include "libos/linux/elf/elf.h"
#include "libos/linux/task.h"
#include "libos/linux/user.h"
#include "libos/linux/vdso/vdso.h"

#define STACK_ROOM  (128ul << 10) /* mapped below the first stack pointer; more comes by growth */
#define CLOCK_TICKS 100
#define MINSIGSTKSZ                                                                                \
    3632 /* what the largest signal frame with the extended state needs; checked by sig/ */
#define AUX_MAX 24

struct aux {
    uint64_t entry[AUX_MAX][2];
    uint32_t count;
};

static void aux_add(struct aux *aux, uint64_t type, uint64_t value)
{
    aux->entry[aux->count][0] = type;
    aux->entry[aux->count][1] = value;
    aux->count++;
}

static uint64_t hardware_capabilities(void)
{
    uint32_t a = 1, b, c = 0, d;

    __asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
    return d;
}

/* Writes `count` string addresses, taking them one after the other from *at. Returns the address after the NULL. */
static int pointers_write(uint64_t *slot, uint32_t count, const char **text, uint64_t *at)
{
    for (uint32_t i = 0; i < count; i++) {
        size_t bytes = strlen(*text) + 1;
        int error = put_user_u64(*slot, *at);

        if (error)
            return error;
        *slot += 8;
        *at += bytes;
        *text += bytes;
    }
    int error = put_user_u64(*slot, 0);

    *slot += 8;
    return error;
}

static void aux_fill(struct aux *aux, const struct elf_loaded *loaded, uint64_t random,
                     uint64_t name, uint64_t platform)
{
    const struct credentials *cred = &current()->process->cred;

    aux_add(aux, AT_SYSINFO_EHDR, vdso_address());
    aux_add(aux, AT_MINSIGSTKSZ, MINSIGSTKSZ);
    aux_add(aux, AT_HWCAP, hardware_capabilities());
    aux_add(aux, AT_PAGESZ, PAGE_SIZE);
    aux_add(aux, AT_CLKTCK, CLOCK_TICKS);
    aux_add(aux, AT_PHDR, loaded->headers);
    aux_add(aux, AT_PHENT, 56);
    aux_add(aux, AT_PHNUM, loaded->header_count);
    aux_add(aux, AT_BASE, loaded->base);
    aux_add(aux, AT_FLAGS, 0);
    aux_add(aux, AT_ENTRY, loaded->program_entry);
    aux_add(aux, AT_UID, cred->uid);
    aux_add(aux, AT_EUID, cred->euid);
    aux_add(aux, AT_GID, cred->gid);
    aux_add(aux, AT_EGID, cred->egid);
    aux_add(aux, AT_SECURE, cred->uid != cred->euid || cred->gid != cred->egid);
    aux_add(aux, AT_RANDOM, random);
    aux_add(aux, AT_HWCAP2, 2); /* ring 3 may use the FSGSBASE instructions */
    aux_add(aux, AT_EXECFN, name);
    aux_add(aux, AT_PLATFORM, platform);
    aux_add(aux, AT_NULL, 0);
}

/* Everything below the strings, from argc up. */
static int vectors_write(uint64_t sp, const struct exec_strings *strings, uint64_t text_at,
                         const struct aux *aux)
{
    struct process *process = current()->process;
    const char *text = strings->bytes;
    uint64_t slot = sp;
    int error = put_user_u64(slot, strings->arg_count);

    slot += 8;
    process->arg_start = text_at;
    if (!error)
        error = pointers_write(&slot, strings->arg_count, &text, &text_at);
    process->arg_end = text_at;
    process->env_start = text_at;
    if (!error)
        error = pointers_write(&slot, strings->env_count, &text, &text_at);
    process->env_end = text_at;
    process->aux_start = slot;
    process->aux_bytes = aux->count * sizeof aux->entry[0];
    return error ? error : copy_to_user(slot, aux->entry, aux->count * sizeof aux->entry[0]);
}

int elf_stack(struct space *space, const struct elf_loaded *loaded,
              const struct exec_strings *strings, const char *exec_name, uint64_t *stack_pointer)
{
    static const char platform[] = "x86_64";
    uint64_t random[2];
    struct aux aux = {.count = 0};
    size_t name_bytes = strlen(exec_name) + 1;
    uint64_t name_at = USER_END - 8 - name_bytes; /* 8 bytes of 0 end the stack, as on Linux */
    uint64_t text_at = name_at - strings->used;
    uint64_t platform_at = (text_at & ~15ul) - 16;
    uint64_t random_at = platform_at - 16;
    uint64_t words = 1 + strings->arg_count + 1 + strings->env_count + 1 + 2 * (AUX_MAX - 2);
    uint64_t sp = (random_at - words * 8) & ~15ul;
    uint64_t low = page_down(sp) - STACK_ROOM;
    int64_t at =
        space_map(space, low, USER_END - low, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_GROWSDOWN | MAP_STACK, NULL, 0);

    if (at < 0)
        return (int)at;
    random_bytes(random, sizeof random);
    aux_fill(&aux, loaded, random_at, name_at, platform_at);
    int error = copy_to_user(name_at, exec_name, name_bytes);

    if (!error)
        error = copy_to_user(text_at, strings->bytes, strings->used);
    if (!error)
        error = copy_to_user(platform_at, platform, sizeof platform);
    if (!error)
        error = copy_to_user(random_at, random, sizeof random);
    if (!error)
        error = vectors_write(sp, strings, text_at, &aux);
    if (!error && loaded->zero_bytes)
        error = clear_user(loaded->zero_start, loaded->zero_bytes);
    if (!error && loaded->interpreter_zero_bytes)
        error = clear_user(loaded->interpreter_zero_start, loaded->interpreter_zero_bytes);
    *stack_pointer = sp;
    return error;
}
