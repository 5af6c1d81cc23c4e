/* SPDX-License-Identifier: MIT */
/* user.c - touching a program's memory: checks, then the copies of user_copy.S. */
#include "libos/linux/user.h"
#include "libos/linux/mm/user.h"
#include "libos/linux/mm/mm.h"
#include "libos/linux/mm/pagetable.h"
#include "libos/linux/task.h"

struct fixup {
    uint64_t at, to;
};
extern struct fixup user_fixups_start[], user_fixups_end[]; /* linux.ld */

void user_start(void)
{
    for (struct fixup *f = user_fixups_start; f < user_fixups_end; f++) {
        struct fixup one = *f;
        struct fixup *to = f;

        for (; to > user_fixups_start && to[-1].at > one.at; to--)
            *to = to[-1];
        *to = one;
    }
}

uint64_t user_fixup(uint64_t rip)
{
    const struct fixup *low = user_fixups_start;
    const struct fixup *high = user_fixups_end;

    while (low < high) {
        const struct fixup *middle = low + (high - low) / 2;

        if (middle->at < rip)
            low = middle + 1;
        else
            high = middle;
    }
    return low < user_fixups_end && low->at == rip ? low->to : 0;
}

bool user_range_ok_huge(uaddr_t address, uint64_t bytes)
{
    if (address >= USER_END || bytes > USER_END - address)
        return false;
    return address >= LIBOS_END || address + bytes <= LIBOS_START;
}

int copy_from_user(void *to, uaddr_t from, size_t bytes)
{
    if (!user_range_ok(from, bytes))
        return -EFAULT;
    return user_copy(to, (const void *)from, bytes) ? -EFAULT : 0;
}

int copy_to_user(uaddr_t to, const void *from, size_t bytes)
{
    if (!user_range_ok(to, bytes))
        return -EFAULT;
    return user_copy((void *)to, from, bytes) ? -EFAULT : 0;
}

int clear_user(uaddr_t to, size_t bytes)
{
    if (!user_range_ok(to, bytes))
        return -EFAULT;
    return user_clear((void *)to, bytes) ? -EFAULT : 0;
}

int exchange_user_u32(uaddr_t at, uint32_t *expected, uint32_t value)
{
    if (!user_range_ok(at, sizeof value))
        return -EFAULT;
    return user_exchange((uint32_t *)at, expected, value) ? -EFAULT : 0;
}

int64_t string_from_user(char *to, uaddr_t from, size_t size)
{
    if (!user_range_ok(from, 1))
        return -EFAULT;
    uint64_t end = from < LIBOS_START ? LIBOS_START : USER_END;
    uint64_t room = min_of(size, end - from);
    int64_t length = user_string(to, (const char *)from, room);

    if (length < 0)
        return -EFAULT;
    if ((uint64_t)length < room)
        return length;
    return room < size ? -EFAULT : -ENAMETOOLONG;
}

char *path_from_user(uaddr_t from, int *error)
{
    char *path = heap_alloc(4096);

    if (!path) {
        *error = -ENOMEM;
        return NULL;
    }
    int64_t length = string_from_user(path, from, 4096);

    if (length >= 0)
        return path;
    heap_free(path);
    *error = (int)length;
    return NULL;
}

#define PTE_KEY_BITS (15ul << 59)

uint32_t user_pages_in_place(uint64_t page, uint32_t count, frame_t *frame)
{
    uint32_t found = 0;

    while (found < count) {
        uint32_t index = page / PAGE_SIZE % 512;
        uint32_t stop = found + min_of(count - found, 512 - index);

        if (table_depth(page) != 1 || table_shared(page))
            return found;
        const volatile uint64_t *at = pte_table(page) + index;

        page += (stop - found) * PAGE_SIZE;
        for (; found < stop; found++) {
            uint64_t entry = *at++;

            if ((entry & (LINK_BITS | PTE_KEY_BITS)) != LINK_BITS)
                return found;
            frame[found] = pte_frame(entry);
        }
    }
    return found;
}

int64_t process_peek(struct process *process, void *to, uaddr_t from, size_t bytes)
{
    if (!process->space)
        return -EFAULT;
    struct space *back = this_vcpu()->space;

    space_switch(process->space);
    int error = copy_from_user(to, from, bytes);

    space_switch(back);
    return error ? error : (int64_t)bytes;
}
