/* SPDX-License-Identifier: MIT */
/*
 * rewrite_text - programs that look at their own code, or change it: what they see is their code as the file has it.
 */
#include "tests/diff/diff.h"

extern const char __executable_start, etext;

/* A page of its own with one site. */
pid_t page_site(void);
extern const char page_start[];
__asm__(".text; .p2align 12; page_start: .skip 64, 0x90; .globl page_site; page_site: movl $39, "
        "%eax; syscall; ret;"
        ".p2align 12, 0x90");

static uint64_t sum(const char *from, const char *to)
{
    uint64_t hash = 14695981039346656037ul;

    for (; from < to; from++)
        hash = (hash ^ (uint8_t)*from) * 1099511628211ul;
    return hash;
}

static void busy(void)
{
    for (int i = 0; i < 5; i++)
        NEED(getppid() > 0 && page_site() == getpid() && write(1, "", 0) == 0);
}

/* The code as memory, as the file of the program, and as write() takes it from memory. */
static void looks(const char *when, uint64_t before)
{
    char *start = (char *)((uintptr_t)&__executable_start & ~(PAGE - 1));
    size_t length = (size_t)(&etext - page_start) < PAGE ? (size_t)(&etext - page_start) : PAGE;
    int fd = open("/proc/self/exe", O_RDONLY);
    int ends[2];
    char *copy = map_pages(2);

    NEED(fd >= 0 && pipe(ends) == 0);
    NEED(pread(fd, copy, length, page_start - start) == (ssize_t)length);
    printf("%s: file and memory %s\n", when, memcmp(copy, page_start, length) ? "DIFFER" : "agree");
    busy();
    NEED(write(ends[1], page_start, length) == (ssize_t)length &&
         read(ends[0], copy + PAGE, length) == (ssize_t)length);
    printf("%s: file and pipe %s\n", when, memcmp(copy, copy + PAGE, length) ? "DIFFER" : "agree");
    busy();
    printf("%s: code %s\n", when, sum(page_start, &etext) == before ? "unchanged" : "CHANGED");
    busy();
    close(fd);
    close(ends[0]);
    close(ends[1]);
}

/* Gives the page other permissions, and calls and changes what is in it. */
static void changes(void)
{
    unsigned char *site = (unsigned char *)(uintptr_t)page_site;
    pid_t parent = getppid();

    SHOW(mprotect((void *)page_start, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC));
    for (int i = 0; i < 3; i++)
        NEED(page_site() == getpid());
    printf("site: %02x %02x %02x\n", site[0], site[5], site[6]);
    site[1] = 110; /* getppid */
    for (int i = 0; i < 3; i++)
        TELL(page_site() == parent);
    SHOW(mprotect((void *)page_start, PAGE, PROT_READ | PROT_EXEC));
    for (int i = 0; i < 3; i++)
        TELL(page_site() == parent);
    printf("site: %02x %02x %02x %02x\n", site[0], site[1], site[5], site[6]);
    SHOW(mprotect((void *)page_start, PAGE, PROT_NONE));
    SHOW(mprotect((void *)page_start, PAGE, PROT_READ | PROT_EXEC));
    for (int i = 0; i < 3; i++)
        TELL(page_site() == parent);
}

/* Code that no file stands behind, writable all the time. */
static void just_in_time(void)
{
    static const unsigned char code[] = {0xb8, 39, 0, 0, 0, 0x0f, 0x05, 0xc3};
    unsigned char *page =
        mmap(NULL, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    NEED(page != MAP_FAILED);
    memset(page, 0x90, PAGE);
    memcpy(page + 64, code, sizeof code);
    pid_t (*call)(void) = (pid_t(*)(void))(void *)(page + 64);
    int good = 0;

    for (int i = 0; i < 6; i++) {
        good += call() == (i % 2 ? getppid() : getpid());
        page[65] = i % 2 ? 39 : 110;
    }
    printf("just in time: %d of 6 calls right\n", good);
    printf("its bytes %s\n",
           page[64] == 0xb8 && page[69] == 0x0f && page[70] == 0x05 ? "unchanged" : "CHANGED");
}

static int child_body(void *before)
{
    looks("child", *(uint64_t *)before);
    busy();
    return 7;
}

int main(void)
{
    uint64_t before = sum(page_start, &etext);

    busy();
    looks("parent", before);
    busy();
    run_child("child", child_body, &before);
    looks("parent again", before);
    say_touch("address 0", NULL, 'r');
    say_touch("address 0x8000", (void *)0x8000, 'r');
    changes();
    just_in_time();
    return 0;
}
