/* SPDX-License-Identifier: MIT */
/* landing.c - bytes go straight to a sleeping reader's buffer. */
#include "libos/linux/fs/landing.h"
#include "libos/linux/task.h"
#include "libos/linux/user.h"

bool landing_open(struct landing *landing, uaddr_t user, uint64_t bytes)
{
    const struct process *process = current()->process;
    uint64_t page = page_down(user);

    if (bytes < PAGE_SIZE || process->live != 1 || space_users(process->space) != 1 ||
        !user_range_ok(user, bytes))
        return false;
    bytes = min_of(bytes, LANDING_BYTES);
    landing->pages = user_pages_in_place(
        page, (uint32_t)((page_up(user + bytes) - page) / PAGE_SIZE), landing->frame);
    if (!landing->pages)
        return false;
    frames_hold(landing->frame, landing->pages);
    landing->reader = current();
    landing->user = user;
    landing->bytes = (uint32_t)min_of(bytes, page + landing->pages * PAGE_SIZE - user);
    landing->done = 0;
    return true;
}

int landing_put(struct landing *landing, uaddr_t from, uint32_t bytes)
{
    uint64_t in_page = landing->user & ~PAGE_MASK;

    for (uint32_t copied = 0; copied < bytes;) {
        uint64_t at = in_page + landing->done + copied;
        uint64_t offset = at & ~PAGE_MASK;
        uint32_t page = (uint32_t)(at / PAGE_SIZE);
        uint32_t last = (uint32_t)((at + (bytes - copied) - 1) / PAGE_SIZE);
        uint8_t *to = (uint8_t *)frame_address(landing->frame[page]) + offset;

        /* Frames side by side are one copy. */
        while (page < last && landing->frame[page + 1] == landing->frame[page] + 1)
            page++;
        uint32_t part = (uint32_t)min_of((uint64_t)bytes - copied, (page + 1) * PAGE_SIZE - at);

        if (copy_from_user(to, from + copied, part))
            return -EFAULT;
        copied += part;
    }
    landing->done += bytes;
    return 0;
}

/* Some page is not what it was: the bytes of all of them are copied. 0 or -EFAULT. */
static int copy_again(const struct landing *landing)
{
    uint64_t page = page_down(landing->user);
    uint64_t end = landing->user + landing->done;
    int error = 0;

    for (uint32_t i = 0; !error && page < end; i++, page += PAGE_SIZE) {
        uint64_t first = max_of(page, landing->user);
        const uint8_t *bytes = frame_address(landing->frame[i]);

        error = copy_to_user(first, bytes + (first - page), min_of(page + PAGE_SIZE, end) - first);
    }
    return error;
}

int64_t landing_close(struct landing *landing)
{
    frame_t now[LANDING_PAGES];
    int error = 0;

    if (landing->done &&
        (user_pages_in_place(page_down(landing->user), landing->pages, now) != landing->pages ||
         memcmp(now, landing->frame, landing->pages * sizeof now[0])))
        error = copy_again(landing);
    frames_drop(landing->frame, landing->pages);
    return error ? error : (int64_t)landing->done;
}
