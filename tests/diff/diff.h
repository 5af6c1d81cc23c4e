/* SPDX-License-Identifier: MIT */
/* diff.h - for the programs of tests/diff: print results in words that are the same on every Linux.
 */
#pragma once

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>
#include <sys/auxv.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/times.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <sys/wait.h>

#define PAGE ((size_t)4096)

/* An address that no process can ever have mapped: for EFAULT. */
#define BAD_POINTER ((void *)0x10)

/*
 * SHOW - make a call and print its text, its result and, when it is -1, the name of its error.
 * SHOW_OK - the same for results that differ from run to run (descriptors, process ids): prints
 * "ok". SHOW_MAP - the same for calls that return an address or MAP_FAILED. SHOW_ERROR - for the
 * calls that return an error number instead of setting errno. All give back the result of the call.
 */
#define SHOW(call)       (errno = 0, show(#call, (long)(call)))
#define SHOW_OK(call)    (errno = 0, show_ok(#call, (long)(call)))
#define SHOW_MAP(call)   ((void *)(errno = 0, show_ok(#call, (long)(call))))
#define SHOW_ERROR(call) show_error(#call, (call))

/* TELL - print a fact by its own text: "waited == pid: yes". */
#define TELL(fact) printf("%s: %s\n", #fact, (fact) ? "yes" : "no")

/* NEED - a step that is not what the program is about; without it there is nothing to compare. */
#define NEED(fact) ((fact) ? (void)0 : need_failed(#fact, __FILE__, __LINE__))

struct named_number {
    int number;
    const char *name;
};

/* The name in a table of a number, or NULL. */
static inline const char *name_in(const struct named_number *table, int number)
{
    for (; table->name; table++) {
        if (table->number == number)
            return table->name;
    }
    return NULL;
}

#define NUMBER_NAME(symbol)                                                                        \
    {                                                                                              \
        symbol, #symbol                                                                            \
    }

static inline const char *error_name(int error)
{
    static const struct named_number names[] = {
        {0, "0"},
        NUMBER_NAME(EPERM),
        NUMBER_NAME(ENOENT),
        NUMBER_NAME(ESRCH),
        NUMBER_NAME(EINTR),
        NUMBER_NAME(EIO),
        NUMBER_NAME(ENXIO),
        NUMBER_NAME(E2BIG),
        NUMBER_NAME(ENOEXEC),
        NUMBER_NAME(EBADF),
        NUMBER_NAME(ECHILD),
        NUMBER_NAME(EAGAIN),
        NUMBER_NAME(ENOMEM),
        NUMBER_NAME(EACCES),
        NUMBER_NAME(EFAULT),
        NUMBER_NAME(ENOTBLK),
        NUMBER_NAME(EBUSY),
        NUMBER_NAME(EEXIST),
        NUMBER_NAME(EXDEV),
        NUMBER_NAME(ENODEV),
        NUMBER_NAME(ENOTDIR),
        NUMBER_NAME(EISDIR),
        NUMBER_NAME(EINVAL),
        NUMBER_NAME(ENFILE),
        NUMBER_NAME(EMFILE),
        NUMBER_NAME(ENOTTY),
        NUMBER_NAME(ETXTBSY),
        NUMBER_NAME(EFBIG),
        NUMBER_NAME(ENOSPC),
        NUMBER_NAME(ESPIPE),
        NUMBER_NAME(EROFS),
        NUMBER_NAME(EMLINK),
        NUMBER_NAME(EPIPE),
        NUMBER_NAME(EDOM),
        NUMBER_NAME(ERANGE),
        NUMBER_NAME(EDEADLK),
        NUMBER_NAME(ENAMETOOLONG),
        NUMBER_NAME(ENOLCK),
        NUMBER_NAME(ENOSYS),
        NUMBER_NAME(ENOTEMPTY),
        NUMBER_NAME(ELOOP),
        NUMBER_NAME(ENODATA),
        NUMBER_NAME(EOVERFLOW),
        NUMBER_NAME(ELIBBAD),
        NUMBER_NAME(EOPNOTSUPP),
        NUMBER_NAME(EAFNOSUPPORT),
        NUMBER_NAME(ENOTSOCK),
        NUMBER_NAME(ETIMEDOUT),
        NUMBER_NAME(EDESTADDRREQ),
        NUMBER_NAME(EMSGSIZE),
        NUMBER_NAME(EPROTOTYPE),
        NUMBER_NAME(ENOPROTOOPT),
        NUMBER_NAME(EPROTONOSUPPORT),
        NUMBER_NAME(ESOCKTNOSUPPORT),
        NUMBER_NAME(EADDRINUSE),
        NUMBER_NAME(EADDRNOTAVAIL),
        NUMBER_NAME(ENETUNREACH),
        NUMBER_NAME(ECONNABORTED),
        NUMBER_NAME(ECONNRESET),
        NUMBER_NAME(ENOBUFS),
        NUMBER_NAME(EISCONN),
        NUMBER_NAME(ENOTCONN),
        NUMBER_NAME(ETOOMANYREFS),
        NUMBER_NAME(ECONNREFUSED),
        NUMBER_NAME(EHOSTUNREACH),
        NUMBER_NAME(EALREADY),
        NUMBER_NAME(EINPROGRESS),
        NUMBER_NAME(ECANCELED),
        {0, NULL},
    };
    const char *name = name_in(names, error);

    return name ? name : "an error without a name here";
}

static inline const char *signal_name(int number)
{
    static const struct named_number names[] = {
        {0, "0"},
        NUMBER_NAME(SIGHUP),
        NUMBER_NAME(SIGINT),
        NUMBER_NAME(SIGQUIT),
        NUMBER_NAME(SIGILL),
        NUMBER_NAME(SIGTRAP),
        NUMBER_NAME(SIGABRT),
        NUMBER_NAME(SIGBUS),
        NUMBER_NAME(SIGFPE),
        NUMBER_NAME(SIGKILL),
        NUMBER_NAME(SIGUSR1),
        NUMBER_NAME(SIGSEGV),
        NUMBER_NAME(SIGUSR2),
        NUMBER_NAME(SIGPIPE),
        NUMBER_NAME(SIGALRM),
        NUMBER_NAME(SIGTERM),
        NUMBER_NAME(SIGSTKFLT),
        NUMBER_NAME(SIGCHLD),
        NUMBER_NAME(SIGCONT),
        NUMBER_NAME(SIGSTOP),
        NUMBER_NAME(SIGTSTP),
        NUMBER_NAME(SIGTTIN),
        NUMBER_NAME(SIGTTOU),
        NUMBER_NAME(SIGURG),
        NUMBER_NAME(SIGXCPU),
        NUMBER_NAME(SIGXFSZ),
        NUMBER_NAME(SIGVTALRM),
        NUMBER_NAME(SIGPROF),
        NUMBER_NAME(SIGWINCH),
        NUMBER_NAME(SIGIO),
        NUMBER_NAME(SIGPWR),
        NUMBER_NAME(SIGSYS),
        {0, NULL},
    };
    const char *name = name_in(names, number);

    return name ? name : (number >= 32 && number <= 64) ? "a real-time signal" : "no signal";
}

static inline long show(const char *text, long result)
{
    int error = errno;

    if (result == -1)
        printf("%s = -1 %s\n", text, error_name(error));
    else
        printf("%s = %ld\n", text, result);
    errno = error;
    return result;
}

static inline long show_ok(const char *text, long result)
{
    int error = errno;

    if (result == -1)
        printf("%s = -1 %s\n", text, error_name(error));
    else
        printf("%s = ok\n", text);
    errno = error;
    return result;
}

static inline void show_error(const char *text, int error)
{
    printf("%s = %s\n", text, error_name(error));
}

static inline _Noreturn void need_failed(const char *fact, const char *file, int line)
{
    printf("%s:%d: needed, but not so: %s (errno %s)\n", file, line, fact, error_name(errno));
    exit(99);
}

/* Print a wait status in words. */
static inline void say_status(const char *who, int status)
{
    if (WIFEXITED(status))
        printf("%s exited with %d\n", who, WEXITSTATUS(status));
    else if (WIFSIGNALED(status))
        printf("%s killed by %s\n", who, signal_name(WTERMSIG(status)));
    else if (WIFSTOPPED(status))
        printf("%s stopped by %s\n", who, signal_name(WSTOPSIG(status)));
    else if (WIFCONTINUED(status))
        printf("%s continued\n", who);
    else
        printf("%s has status 0x%x\n", who, (unsigned)status);
}

/* Run `body(argument)` in a child, which exits with what it returns; gives the child's wait status.
 */
static inline int status_of(int (*body)(void *), void *argument)
{
    int status = -1;
    pid_t pid = fork();

    NEED(pid >= 0);
    if (pid == 0)
        _exit(body(argument));
    NEED(waitpid(pid, &status, 0) == pid);
    return status;
}

static inline void run_child(const char *who, int (*body)(void *), void *argument)
{
    say_status(who, status_of(body, argument));
}

/* Give back the exit status of a child, or 1000 + the signal that killed it. */
static inline int reap(pid_t pid)
{
    int status = -1;

    NEED(waitpid(pid, &status, 0) == pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

static inline void make_file(const char *path, const void *bytes, size_t length, mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, mode);

    NEED(fd >= 0);
    NEED(write(fd, bytes, length) == (ssize_t)length);
    NEED(close(fd) == 0);
    NEED(chmod(path, mode) == 0);
}

static inline void make_text(const char *path, const char *text)
{
    make_file(path, text, strlen(text), 0644);
}

/* Print what a file holds, up to 255 bytes, with its length. */
static inline void say_file(const char *path)
{
    char text[256] = "";
    int fd = open(path, O_RDONLY);
    ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof text - 1);

    if (length < 0)
        printf("%s: %s\n", path, error_name(errno));
    else
        printf("%s: %zd bytes \"%s\"\n", path, length, text);
    if (fd >= 0)
        close(fd);
}

static inline const char *kind_of(mode_t mode)
{
    switch (mode & S_IFMT) {
    case S_IFREG:
        return "file";
    case S_IFDIR:
        return "directory";
    case S_IFLNK:
        return "symlink";
    case S_IFIFO:
        return "fifo";
    case S_IFCHR:
        return "character device";
    case S_IFBLK:
        return "block device";
    case S_IFSOCK:
        return "socket";
    default:
        return "unknown";
    }
}

static inline void sleep_ms(long ms)
{
    struct timespec left = {ms / 1000, ms % 1000 * 1000000};

    while (nanosleep(&left, &left) < 0 && errno == EINTR)
        continue;
}

static inline int64_t now_ms(void)
{
    struct timespec now;

    NEED(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* What the handler installed by catch_signal saw. */
static volatile sig_atomic_t caught_count __attribute__((unused));
static volatile sig_atomic_t caught_last __attribute__((unused));

static inline void count_caught(int number)
{
    caught_count++;
    caught_last = number;
}

/* Count deliveries of a signal in caught_count; `flags` are SA_*. */
static inline void catch_signal(int number, int flags)
{
    struct sigaction action = {.sa_handler = count_caught, .sa_flags = flags};

    sigemptyset(&action.sa_mask);
    NEED(sigaction(number, &action, NULL) == 0);
}

static inline void handle_signal(int number, void (*handler)(int, siginfo_t *, void *), int flags)
{
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = flags | SA_SIGINFO};

    sigemptyset(&action.sa_mask);
    NEED(sigaction(number, &action, NULL) == 0);
}

/* Block or unblock one signal: how is SIG_BLOCK, SIG_UNBLOCK or SIG_SETMASK. */
static inline void mask_signal(int how, int number)
{
    sigset_t set;

    sigemptyset(&set);
    if (number)
        sigaddset(&set, number);
    NEED(sigprocmask(how, &set, NULL) == 0);
}

static inline void say_pending(const char *when)
{
    sigset_t set;

    NEED(sigpending(&set) == 0);
    printf("pending %s:", when);
    for (int number = 1; number < 32; number++) {
        if (sigismember(&set, number))
            printf(" %s", signal_name(number));
    }
    printf("\n");
}

/* One anonymous private mapping, readable and writable. */
static inline char *map_pages(size_t count)
{
    char *start =
        mmap(NULL, count * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    NEED(start != MAP_FAILED);
    return start;
}

/* What happens when a byte is read, written or executed: in a child, told in words. */
static siginfo_t touch_seen __attribute__((unused));
static sigjmp_buf touch_return __attribute__((unused));

static inline void touch_handler(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)context;
    touch_seen = *info;
    siglongjmp(touch_return, 1);
}

/*
 * say_touch - read ('r'), write ('w') or call ('x') an address and print what came of it.
 *
 * Catches SIGSEGV and SIGBUS for the time of the access; prints the signal, the kind in si_code and
 * whether si_addr is the address touched.
 */
static inline void say_touch(const char *what, void *address, char how)
{
    static const struct named_number codes[] = {{SEGV_MAPERR, "MAPERR"},
                                                {SEGV_ACCERR, "ACCERR"},
                                                {BUS_ADRERR + 100, "ADRERR"},
                                                {SI_KERNEL, "KERNEL"},
                                                {0, NULL}};

    handle_signal(SIGSEGV, touch_handler, 0);
    handle_signal(SIGBUS, touch_handler, 0);
    if (sigsetjmp(touch_return, 1) == 0) {
        if (how == 'r')
            (void)*(volatile char *)address;
        else if (how == 'w')
            *(volatile char *)address = 'w';
        else
            ((void (*)(void))address)();
        printf("%s: fine\n", what);
    } else {
        int code = touch_seen.si_code + (touch_seen.si_signo == SIGBUS ? 100 : 0);
        const char *name = name_in(codes, code);

        printf("%s: %s %s at %s address\n", what, signal_name(touch_seen.si_signo),
               name ? name : "with another code",
               touch_seen.si_addr == address ? "that" : "another");
    }
    signal(SIGSEGV, SIG_DFL);
    signal(SIGBUS, SIG_DFL);
}

/* Whole lines leave at once, so that a fork never repeats what its parent printed. */
static void __attribute__((constructor)) start_printing(void)
{
    setvbuf(stdout, NULL, _IOLBF, 4096);
}
