/* SPDX-License-Identifier: MIT */
/* vdso.c - the image's pages, and mapping them as a file of a kind of its own. */
#include <linux/fcntl.h>
#include <linux/mman.h>
#include "libos/linux/fs/fs.h"
#include "libos/linux/vdso/vdso.h"
#include "lib/exo/time.h"
#include "vdso_bytes.h"

#define IMAGE_PAGES ((sizeof vdso_bytes + PAGE_SIZE - 1) / PAGE_SIZE)

static frame_t pages[1 + IMAGE_PAGES]; /* data, then the image */
static struct file *vdso_file;

static int vdso_page(struct file *file, uint64_t index, bool write, frame_t *out)
{
    (void)file;
    (void)write;
    if (index >= ARRAY_SIZE(pages))
        return -EFAULT;
    frame_hold(pages[index]);
    *out = pages[index];
    return 0;
}

static const struct file_ops vdso_ops = {.page = vdso_page};

int vdso_start(void)
{
    const struct exo_machine *machine = (const struct exo_machine *)INSTANCE_MACHINE_ADDRESS;

    for (uint64_t i = 0; i < ARRAY_SIZE(pages); i++) {
        pages[i] = frame_alloc_zeroed();
        if (pages[i] == NO_FRAME)
            return -ENOMEM;
    }
    *(struct vdso_data *)frame_address(pages[0]) =
        (struct vdso_data){.tsc_base = machine->tsc_base,
                           .tsc_mult = machine->tsc_mult,
                           .tsc_shift = machine->tsc_shift,
                           .wall_ns = exo_wall_ns(machine)};
    for (uint64_t i = 0; i < IMAGE_PAGES; i++) {
        uint64_t left = sizeof vdso_bytes - i * PAGE_SIZE;

        memcpy(frame_address(pages[1 + i]), vdso_bytes + i * PAGE_SIZE, min_of(left, PAGE_SIZE));
    }
    vdso_file = file_new(&vdso_ops, O_RDONLY);
    return vdso_file ? 0 : -ENOMEM;
}

int vdso_map(struct space *space)
{
    int64_t at = space_map(space, VDSO_DATA_ADDRESS, PAGE_SIZE, PROT_READ, MAP_PRIVATE | MAP_FIXED,
                           vdso_file, 0);

    if (at >= 0)
        at = space_map(space, vdso_address(), IMAGE_PAGES * PAGE_SIZE, PROT_READ | PROT_EXEC,
                       MAP_PRIVATE | MAP_FIXED, vdso_file, PAGE_SIZE);
    return at < 0 ? (int)at : 0;
}

void vdso_set_wall(uint64_t wall_ns)
{
    ((struct vdso_data *)frame_address(pages[0]))->wall_ns = wall_ns;
}
