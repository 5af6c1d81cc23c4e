/* SPDX-License-Identifier: MIT */
/*
 * micro.c - the price of operating-system primitives, for one static program that runs unmodified on Linux and on Lorica.
 *
 * Under QEMU's -icount shift=0 the time-stamp counter counts guest instructions, so the figures are exact and
 * repeatable. Prints `row NAME INSTRUCTIONS` per operation (median of the rounds) and `start TSC` at the beginning.
 * Arguments: only=NAME,... rounds=N exec=PATH (a program that exits at once). Ping-pong rows need 10,000
 * iterations a round: shorter ones repeat exactly and are wrong, because the schedulers have not settled.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>
#include "micro.h"

#define PAGE       4096
#define PAGES      64
#define ROUNDS_MAX 15
#define KERNEL_CALL_NULL                                                                           \
    0x4c4f524900000000 /* Lorica's null kernel call; an unknown number to Linux */

static const char *exec_path = "/bench/tiny";
static char buffer[65536] __attribute__((aligned(PAGE)));
static char *area; /* PAGES pages, touched */
static int zero_fd, null_fd, file_fd, big_fd;
static int to_child[2], from_child[2];

static void null_syscall(long n)
{
    for (long i = 0; i < n; i++) {
        long result;

        __asm__ volatile("movl %1, %%eax; syscall"
                         : "=a"(result)
                         : "i"(SYS_getppid)
                         : "rcx", "r11", "memory");
    }
}

/* The same from memory that no file stands behind: such a call is never rewritten. */
static void null_syscall_anonymous(long n)
{
    static const unsigned char code[] = {0xb8, SYS_getppid, 0, 0, 0, 0x0f, 0x05, 0xc3};
    void *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (page == MAP_FAILED)
        die("mmap");
    memcpy(page, code, sizeof code);
    if (mprotect(page, PAGE, PROT_READ | PROT_EXEC))
        die("mprotect");
    for (long i = 0; i < n; i++)
        __asm__ volatile("call *%0" : : "r"(page) : "rax", "rcx", "r11", "memory");
    munmap(page, PAGE);
}

static void null_kernel_call(long n)
{
    for (long i = 0; i < n; i++) {
        uint64_t result = KERNEL_CALL_NULL;

        __asm__ volatile("syscall"
                         : "+a"(result)
                         :
                         : "rcx", "r11", "rdx", "rdi", "rsi", "r8", "r9", "r10", "memory");
    }
}

static void clock_read(long n)
{
    struct timespec now;

    for (long i = 0; i < n; i++)
        clock_gettime(CLOCK_MONOTONIC, &now);
}

static void read_zero(long n)
{
    for (long i = 0; i < n; i++)
        if (read(zero_fd, buffer, 1) != 1)
            die("read /dev/zero");
}

static void write_null(long n)
{
    for (long i = 0; i < n; i++)
        if (write(null_fd, buffer, 1) != 1)
            die("write /dev/null");
}

static void pread_4k(long n)
{
    for (long i = 0; i < n; i++)
        if (pread(file_fd, buffer, PAGE, 0) != PAGE)
            die("pread");
}

static void pipe_round_trip(long n)
{
    char byte = 1;

    for (long i = 0; i < n; i++)
        if (write(to_child[1], &byte, 1) != 1 || read(from_child[0], &byte, 1) != 1)
            die("pipe");
}

static void pipe_read_64k(long n)
{
    for (long i = 0; i < n; i++)
        for (long got = 0; got < (long)sizeof buffer;) {
            ssize_t r = read(from_child[0], buffer, sizeof buffer - (size_t)got);

            if (r <= 0)
                die("read pipe");
            got += r;
        }
}

static int socket_pair[2]; /* ours, the child's */

static void socket_round_trip(long n)
{
    char byte = 1;

    for (long i = 0; i < n; i++)
        if (write(socket_pair[0], &byte, 1) != 1 || read(socket_pair[0], &byte, 1) != 1)
            die("socket");
}

static int listener;
static struct sockaddr_in listener_name = {.sin_family = AF_INET};

static void connect_close(long n)
{
    for (long i = 0; i < n; i++) {
        int client = socket(AF_INET, SOCK_STREAM, 0);
        int server;

        if (client < 0 || connect(client, (struct sockaddr *)&listener_name, sizeof listener_name))
            die("connect");
        server = accept(listener, NULL, NULL);
        if (server < 0 || close(client) || close(server))
            die("accept");
    }
}

static void yield(long n)
{
    for (long i = 0; i < n; i++)
        sched_yield();
}

static void touch_pages(long n)
{
    for (long i = 0; i < n; i++)
        ((volatile char *)area)[i * PAGE] = 1;
}

/* The fault alone: mapping and unmapping are outside the measured interval. */
static void page_fault_row(void)
{
    double per[ROUNDS_MAX];
    long n = 4096;
    char *kept = area;

    if (!wanted("page_fault"))
        return;
    for (int r = 0; r < rounds; r++) {
        area = mmap(NULL, (size_t)n * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                    0);
        if (area == MAP_FAILED)
            die("mmap");
        madvise(area, (size_t)n * PAGE, MADV_NOHUGEPAGE);
        uint64_t start = ticks();

        touch_pages(n);
        per[r] = (double)(ticks() - start) / (double)n;
        munmap(area, (size_t)n * PAGE);
    }
    area = kept;
    qsort(per, (size_t)rounds, sizeof per[0], compare);
    printf("row page_fault %.1f\n", per[rounds / 2]);
    fflush(stdout);
}

static void map_unmap(long n)
{
    for (long i = 0; i < n; i++) {
        char *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        if (page == MAP_FAILED || munmap(page, PAGE))
            die("mmap");
    }
}

static void protect(long n)
{
    for (long i = 0; i < n; i += 2)
        if (mprotect(area, PAGE, PROT_READ) || mprotect(area, PAGE, PROT_READ | PROT_WRITE))
            die("mprotect");
}

static void on_fault_skip(int signal, siginfo_t *info, void *context)
{
    (void)signal;
    (void)info;
    ((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP] += 3; /* movb $1, (%rax) */
}

static void on_fault_unprotect(int signal, siginfo_t *info, void *context)
{
    (void)signal;
    (void)context;
    mprotect((void *)((uintptr_t)info->si_addr & ~(uintptr_t)(PAGE - 1)), PAGE,
             PROT_READ | PROT_WRITE);
}

static void handle_faults(void (*handler)(int, siginfo_t *, void *))
{
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_NODEFER};

    sigaction(SIGSEGV, &action, NULL);
}

static void trap_handler(long n)
{
    handle_faults(on_fault_skip);
    mprotect(area, PAGE, PROT_NONE);
    for (long i = 0; i < n; i++)
        __asm__ volatile("movb $1, (%0)" : : "a"(area) : "memory");
    mprotect(area, PAGE, PROT_READ | PROT_WRITE);
}

static void protect_one_trap(long n)
{
    handle_faults(on_fault_unprotect);
    for (long i = 0; i < n; i++) {
        mprotect(area, PAGE, PROT_READ);
        *(volatile char *)area = 1;
    }
}

static void protect_many_trap(long n)
{
    handle_faults(on_fault_unprotect);
    for (long i = 0; i < n; i += PAGES) {
        mprotect(area, PAGE * PAGES, PROT_READ);
        touch_pages(PAGES);
    }
}

static void on_signal(int signal)
{
    (void)signal;
}

static void signal_self(long n)
{
    pid_t self = getpid();

    signal(SIGUSR1, on_signal);
    for (long i = 0; i < n; i++)
        kill(self, SIGUSR1);
}

static void fork_exit(long n)
{
    for (long i = 0; i < n; i++) {
        pid_t child = fork();

        if (!child)
            _exit(0);
        if (child < 0 || waitpid(child, NULL, 0) != child)
            die("fork");
    }
}

static void exec_tiny(pid_t child)
{
    char *arguments[] = {(char *)exec_path, NULL};
    char *none[] = {NULL};
    int status;

    if (!child) {
        execve(exec_path, arguments, none);
        _exit(127);
    }
    if (child < 0 || waitpid(child, &status, 0) != child || status)
        die("exec");
}

static void fork_exec(long n)
{
    for (long i = 0; i < n; i++)
        exec_tiny(fork());
}

static void vfork_exec(long n)
{
    for (long i = 0; i < n; i++)
        exec_tiny(vfork());
}

static void open_read_close(long n)
{
    for (long i = 0; i < n; i++) {
        int fd = open("/tmp/micro.small", O_RDONLY);

        if (fd < 0 || read(fd, buffer, 64) != 64 || close(fd))
            die("open");
    }
}

static void stat_path(long n)
{
    struct stat status;

    for (long i = 0; i < n; i++)
        if (stat("/tmp/micro.small", &status))
            die("stat");
}

static void create_unlink(long n)
{
    for (long i = 0; i < n; i++) {
        int fd = open("/tmp/micro.new", O_CREAT | O_WRONLY, 0644);

        if (fd < 0 || write(fd, buffer, 1024) != 1024 || close(fd) || unlink("/tmp/micro.new"))
            die("create");
    }
}

static void read_64k(long n)
{
    for (long i = 0; i < n; i++)
        if (pread(big_fd, buffer, sizeof buffer, 0) != (ssize_t)sizeof buffer)
            die("pread");
}

/* One round: the counter becomes readable, epoll says so, it is read. */
static void epoll_eventfd(long n)
{
    struct epoll_event event = {.events = EPOLLIN};
    int counter = eventfd(0, 0);
    int poll = epoll_create1(0);
    uint64_t one = 1;

    if (counter < 0 || poll < 0 || epoll_ctl(poll, EPOLL_CTL_ADD, counter, &event))
        die("epoll");
    for (long i = 0; i < n; i++)
        if (write(counter, &one, sizeof one) != sizeof one ||
            epoll_wait(poll, &event, 1, -1) != 1 || read(counter, &one, sizeof one) != sizeof one)
            die("eventfd");
    close(counter);
    close(poll);
}

static pid_t start_child(void (*body)(void))
{
    pid_t child;

    fflush(stdout);
    if (pipe(to_child) || pipe(from_child))
        die("pipe");
    child = fork();
    if (child < 0)
        die("fork");
    if (!child) {
        body();
        _exit(0);
    }
    return child;
}

static void end_child(pid_t child)
{
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    close(to_child[0]);
    close(to_child[1]);
    close(from_child[0]);
    close(from_child[1]);
}

static void child_echo(void)
{
    char byte;

    while (read(to_child[0], &byte, 1) == 1 && write(from_child[1], &byte, 1) == 1)
        ;
}

static void child_socket_echo(void)
{
    char byte;

    while (read(socket_pair[1], &byte, 1) == 1 && write(socket_pair[1], &byte, 1) == 1)
        ;
}

static void child_pour(void)
{
    while (write(from_child[1], buffer, sizeof buffer) > 0)
        ;
}

static void child_yield(void)
{
    for (;;)
        sched_yield();
}

static void with_child(const char *name, void (*body)(void), void (*operation)(long), long n)
{
    if (!wanted(name))
        return;
    pid_t child = start_child(body);

    row(name, operation, n);
    end_child(child);
}

/* Linux starts with its loopback interface down. */
static void loopback_up(void)
{
    struct ifreq request = {.ifr_name = "lo"};
    int fd = socket(AF_INET, SOCK_DGRAM, 0);

    if (fd < 0 || ioctl(fd, SIOCGIFFLAGS, &request))
        die("lo");
    request.ifr_flags |= IFF_UP;
    if (!(request.ifr_flags & IFF_RUNNING) && ioctl(fd, SIOCSIFFLAGS, &request))
        die("lo up");
    close(fd);
}

static int bound(int type)
{
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, type, 0);

    if (fd < 0 || bind(fd, (struct sockaddr *)&name, sizeof name))
        die("bind");
    return fd;
}

static struct sockaddr_in name_of(int fd)
{
    struct sockaddr_in name;
    socklen_t length = sizeof name;

    if (getsockname(fd, (struct sockaddr *)&name, &length))
        die("getsockname");
    return name;
}

static void join(int from, int to)
{
    struct sockaddr_in name = name_of(to);

    if (connect(from, (struct sockaddr *)&name, sizeof name))
        die("connect");
}

static void socket_rows(void)
{
    int one = 1;

    if (socketpair(AF_UNIX, SOCK_STREAM, 0, socket_pair))
        die("socketpair");
    with_child("unix_rtt", child_socket_echo, socket_round_trip, 10000);
    loopback_up();
    socket_pair[0] = bound(SOCK_DGRAM);
    socket_pair[1] = bound(SOCK_DGRAM);
    join(socket_pair[0], socket_pair[1]);
    join(socket_pair[1], socket_pair[0]);
    with_child("udp_loopback", child_socket_echo, socket_round_trip, 10000);
    listener = bound(SOCK_STREAM);
    listener_name = name_of(listener);
    if (listen(listener, 16))
        die("listen");
    socket_pair[0] = socket(AF_INET, SOCK_STREAM, 0);
    join(socket_pair[0], listener);
    socket_pair[1] = accept(listener, NULL, NULL);
    if (setsockopt(socket_pair[0], IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) ||
        setsockopt(socket_pair[1], IPPROTO_TCP, TCP_NODELAY, &one, sizeof one))
        die("nodelay");
    with_child("tcp_loopback", child_socket_echo, socket_round_trip, 10000);
    row("tcp_connect_close", connect_close, 500);
}

static void set_up(void)
{
    int fd = open("/tmp/micro.small", O_CREAT | O_TRUNC | O_RDWR, 0644);

    memset(buffer, 'x', sizeof buffer);
    if (fd < 0 || write(fd, buffer, 64) != 64 || close(fd))
        die("/tmp/micro.small");
    file_fd = open("/tmp/micro.page", O_CREAT | O_RDWR, 0644);
    big_fd = open("/tmp/micro.big", O_CREAT | O_RDWR, 0644);
    if (big_fd < 0 || write(big_fd, buffer, sizeof buffer) != (ssize_t)sizeof buffer)
        die("/tmp/micro.big");
    zero_fd = open("/dev/zero", O_RDONLY);
    null_fd = open("/dev/null", O_WRONLY);
    if (file_fd < 0 || write(file_fd, buffer, PAGE) != PAGE || zero_fd < 0 || null_fd < 0)
        die("files");
    area = mmap(NULL, PAGE * PAGES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (area == MAP_FAILED)
        die("mmap");
    memset(area, 1, PAGE * PAGES);
}

int main(int argc, char **argv)
{
    uint64_t start = ticks();

    for (int i = 1; i < argc; i++) {
        if (!strncmp(argv[i], "exec=", 5))
            exec_path = argv[i] + 5;
        else if (!take(argv[i]))
            return 2;
    }
    printf("start %llu\n", (unsigned long long)start);
    set_up();
    row("null_syscall_reflected", null_syscall_anonymous, 20000);
    row("null_syscall_rewritten", null_syscall, 20000);
    row("null_kernel_call", null_kernel_call, 20000);
    row("clock_gettime", clock_read, 20000);
    row("read_zero_1", read_zero, 20000);
    row("write_null_1", write_null, 20000);
    row("pread_4k", pread_4k, 5000);
    with_child("pipe_rtt", child_echo, pipe_round_trip, 10000);
    with_child("pipe_64k", child_pour, pipe_read_64k, 500);
    with_child("yield_pair", child_yield, yield, 10000);
    socket_rows();
    page_fault_row();
    row("mmap_munmap", map_unmap, 5000);
    row("mprotect", protect, 5000);
    row("trap_user_handler", trap_handler, 5000);
    row("prot1_trap_unprot", protect_one_trap, 5000);
    row("protn_trap_unprot", protect_many_trap, 5120);
    row("signal_self", signal_self, 5000);
    row("fork_exit_wait", fork_exit, 200);
    row("fork_exec_wait", fork_exec, 100);
    row("vfork_exec_wait", vfork_exec, 100);
    row("open_read_close", open_read_close, 5000);
    row("stat", stat_path, 5000);
    row("create_write_unlink", create_unlink, 2000);
    row("read_64k", read_64k, 500);
    row("epoll_eventfd", epoll_eventfd, 5000);
    printf("done\n");
    return 0;
}
