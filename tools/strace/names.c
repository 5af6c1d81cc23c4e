/* SPDX-License-Identifier: MIT */
/*
 * names.c - numbers of system calls that have names. Values are those of this machine's headers (x86-64 Linux).
 */
#define _GNU_SOURCE
#include "tools/strace/decode.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/futex.h>
#include <linux/memfd.h>
#include <linux/prctl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <sys/ioctl.h>

/* clang-format off */
#define N(value) {(uint64_t)(value), #value}
#define END {0, NULL}

static const struct name error_names[] = {
    N(EPERM), N(ENOENT), N(ESRCH), N(EINTR), N(EIO), N(ENXIO), N(E2BIG), N(ENOEXEC), N(EBADF), N(ECHILD), N(EAGAIN),
    N(ENOMEM), N(EACCES), N(EFAULT), N(ENOTBLK), N(EBUSY), N(EEXIST), N(EXDEV), N(ENODEV), N(ENOTDIR), N(EISDIR),
    N(EINVAL), N(ENFILE), N(EMFILE), N(ENOTTY), N(ETXTBSY), N(EFBIG), N(ENOSPC), N(ESPIPE), N(EROFS), N(EMLINK),
    N(EPIPE), N(EDOM), N(ERANGE), N(EDEADLK), N(ENAMETOOLONG), N(ENOLCK), N(ENOSYS), N(ENOTEMPTY), N(ELOOP), N(ENOMSG),
    N(EIDRM), N(ENODATA), N(ETIME), N(EPROTO), N(EBADMSG), N(EOVERFLOW), N(EILSEQ), N(EUSERS), N(ENOTSOCK),
    N(EDESTADDRREQ), N(EMSGSIZE), N(EPROTOTYPE), N(ENOPROTOOPT), N(EPROTONOSUPPORT), N(ESOCKTNOSUPPORT), N(EOPNOTSUPP),
    N(EPFNOSUPPORT), N(EAFNOSUPPORT), N(EADDRINUSE), N(EADDRNOTAVAIL), N(ENETDOWN), N(ENETUNREACH), N(ENETRESET),
    N(ECONNABORTED), N(ECONNRESET), N(ENOBUFS), N(EISCONN), N(ENOTCONN), N(ESHUTDOWN), N(ETIMEDOUT), N(ECONNREFUSED),
    N(EHOSTDOWN), N(EHOSTUNREACH), N(EALREADY), N(EINPROGRESS), N(ESTALE), N(EDQUOT), N(ECANCELED), N(EOWNERDEAD),
    N(ENOTRECOVERABLE), END};

static const struct name signal_names[] = {
    N(SIGHUP), N(SIGINT), N(SIGQUIT), N(SIGILL), N(SIGTRAP), N(SIGABRT), N(SIGBUS), N(SIGFPE), N(SIGKILL), N(SIGUSR1),
    N(SIGSEGV), N(SIGUSR2), N(SIGPIPE), N(SIGALRM), N(SIGTERM), N(SIGSTKFLT), N(SIGCHLD), N(SIGCONT), N(SIGSTOP),
    N(SIGTSTP), N(SIGTTIN), N(SIGTTOU), N(SIGURG), N(SIGXCPU), N(SIGXFSZ), N(SIGVTALRM), N(SIGPROF), N(SIGWINCH),
    N(SIGIO), N(SIGPWR), N(SIGSYS), END};

static const struct name open_names[] = {
    N(O_CREAT), N(O_EXCL), N(O_NOCTTY), N(O_TRUNC), N(O_APPEND), N(O_NONBLOCK), N(O_SYNC), N(O_DSYNC), N(O_ASYNC),
    N(O_DIRECT), {0100000, "O_LARGEFILE"}, N(O_NOFOLLOW), N(O_NOATIME), N(O_CLOEXEC), N(O_PATH), N(O_TMPFILE),
    N(O_DIRECTORY), END};
static const struct name access_names[] = {N(R_OK), N(W_OK), N(X_OK), END};
static const struct name at_names[] = {
    N(AT_SYMLINK_NOFOLLOW), {0x200, "AT_REMOVEDIR"}, N(AT_SYMLINK_FOLLOW), N(AT_NO_AUTOMOUNT), N(AT_EMPTY_PATH),
    N(AT_STATX_FORCE_SYNC), N(AT_STATX_DONT_SYNC), N(AT_RECURSIVE), END};
static const struct name whence_names[] = {N(SEEK_SET), N(SEEK_CUR), N(SEEK_END), N(SEEK_DATA), N(SEEK_HOLE), END};
static const struct name pipe_names[] = {N(O_NONBLOCK), N(O_DIRECT), N(O_CLOEXEC), END};
static const struct name fcntl_names[] = {
    N(F_DUPFD), N(F_GETFD), N(F_SETFD), N(F_GETFL), N(F_SETFL), N(F_GETLK), N(F_SETLK), N(F_SETLKW), N(F_SETOWN),
    N(F_GETOWN), N(F_SETSIG), N(F_GETSIG), N(F_SETOWN_EX), N(F_GETOWN_EX), N(F_OFD_GETLK), N(F_OFD_SETLK),
    N(F_OFD_SETLKW), N(F_SETLEASE), N(F_GETLEASE), N(F_NOTIFY), N(F_DUPFD_CLOEXEC), N(F_SETPIPE_SZ), N(F_GETPIPE_SZ),
    N(F_ADD_SEALS), N(F_GET_SEALS), END};
static const struct name fd_names[] = {N(FD_CLOEXEC), END};
static const struct name lock_types[] = {N(F_RDLCK), N(F_WRLCK), N(F_UNLCK), END};
static const struct name ioctl_names[] = {
    N(TCGETS), N(TCSETS), N(TCSETSW), N(TCSETSF), N(TCSBRK), N(TCXONC), N(TCFLSH), N(TIOCEXCL), N(TIOCSCTTY),
    N(TIOCGPGRP), N(TIOCSPGRP), N(TIOCOUTQ), N(TIOCSTI), N(TIOCGWINSZ), N(TIOCSWINSZ), N(FIONREAD), N(FIONBIO),
    N(TIOCNOTTY), N(FIONCLEX), N(FIOCLEX), N(FIOASYNC), N(TIOCGSID), {0x80045430, "TIOCGPTN"}, {0x40045431, "TIOCSPTLCK"},
    {0x5441, "TIOCGPTPEER"}, {0x40049409, "BTRFS_IOC_CLONE or FICLONE"}, {0x542a, "TCGETS2"}, END};
static const struct name flock_names[] = {N(LOCK_SH), N(LOCK_EX), N(LOCK_UN), N(LOCK_NB), END};
static const struct name fallocate_names[] = {
    N(FALLOC_FL_KEEP_SIZE), N(FALLOC_FL_PUNCH_HOLE), N(FALLOC_FL_COLLAPSE_RANGE), N(FALLOC_FL_ZERO_RANGE),
    N(FALLOC_FL_INSERT_RANGE), N(FALLOC_FL_UNSHARE_RANGE), END};
static const struct name fadvice_names[] = {
    N(POSIX_FADV_NORMAL), N(POSIX_FADV_RANDOM), N(POSIX_FADV_SEQUENTIAL), N(POSIX_FADV_WILLNEED), N(POSIX_FADV_DONTNEED),
    N(POSIX_FADV_NOREUSE), END};
static const struct name rename_names[] = {{1, "RENAME_NOREPLACE"}, {2, "RENAME_EXCHANGE"}, {4, "RENAME_WHITEOUT"}, END};
static const struct name mount_names[] = {
    {1, "MS_RDONLY"}, {2, "MS_NOSUID"}, {4, "MS_NODEV"}, {8, "MS_NOEXEC"}, {16, "MS_SYNCHRONOUS"}, {32, "MS_REMOUNT"},
    {1024, "MS_NOATIME"}, {4096, "MS_BIND"}, {8192, "MS_MOVE"}, {16384, "MS_REC"}, {1 << 18, "MS_PRIVATE"}, {1 << 20, "MS_SHARED"}, END};
static const struct name umount_names[] = {N(MNT_FORCE), N(MNT_DETACH), N(MNT_EXPIRE), N(UMOUNT_NOFOLLOW), END};
static const struct name memfd_names[] = {N(MFD_CLOEXEC), N(MFD_ALLOW_SEALING), N(MFD_HUGETLB), END};
static const struct name eventfd_names[] = {N(EFD_SEMAPHORE), N(EFD_CLOEXEC), N(EFD_NONBLOCK), END};
static const struct name timerfd_names[] = {N(TFD_CLOEXEC), N(TFD_NONBLOCK), END};
static const struct name statx_names[] = {
    {0xfff, "STATX_ALL"}, {0x7ff, "STATX_BASIC_STATS"}, {1, "STATX_TYPE"}, {2, "STATX_MODE"}, {4, "STATX_NLINK"}, {8, "STATX_UID"}, {16, "STATX_GID"},
    {32, "STATX_ATIME"}, {64, "STATX_MTIME"}, {128, "STATX_CTIME"}, {256, "STATX_INO"}, {512, "STATX_SIZE"},
    {1024, "STATX_BLOCKS"}, {2048, "STATX_BTIME"}, {4096, "STATX_MNT_ID"}, {8192, "STATX_DIOALIGN"}, END};
static const struct name prot_names[] = {N(PROT_NONE), N(PROT_READ), N(PROT_WRITE), N(PROT_EXEC), N(PROT_GROWSDOWN), END};
static const struct name map_types[] = {N(MAP_SHARED), N(MAP_PRIVATE), N(MAP_SHARED_VALIDATE), END};
static const struct name map_names[] = {
    N(MAP_FIXED), N(MAP_ANONYMOUS), N(MAP_32BIT), N(MAP_NORESERVE), N(MAP_POPULATE), N(MAP_NONBLOCK), N(MAP_GROWSDOWN),
    N(MAP_DENYWRITE), N(MAP_EXECUTABLE), N(MAP_LOCKED), N(MAP_STACK), N(MAP_HUGETLB), N(MAP_SYNC), N(MAP_FIXED_NOREPLACE), END};
static const struct name mremap_names[] = {N(MREMAP_MAYMOVE), N(MREMAP_FIXED), {4, "MREMAP_DONTUNMAP"}, END};
static const struct name msync_names[] = {N(MS_ASYNC), N(MS_INVALIDATE), N(MS_SYNC), END};
static const struct name madvice_names[] = {
    N(MADV_NORMAL), N(MADV_RANDOM), N(MADV_SEQUENTIAL), N(MADV_WILLNEED), N(MADV_DONTNEED), N(MADV_FREE), N(MADV_REMOVE),
    N(MADV_DONTFORK), N(MADV_DOFORK), N(MADV_MERGEABLE), N(MADV_UNMERGEABLE), N(MADV_HUGEPAGE), N(MADV_NOHUGEPAGE),
    N(MADV_DONTDUMP), N(MADV_DODUMP), N(MADV_WIPEONFORK), N(MADV_KEEPONFORK), N(MADV_COLD), N(MADV_PAGEOUT), END};
static const struct name clone_names[] = {
    N(CLONE_VM), N(CLONE_FS), N(CLONE_FILES), N(CLONE_SIGHAND), N(CLONE_PIDFD), N(CLONE_PTRACE), N(CLONE_VFORK), N(CLONE_PARENT),
    N(CLONE_THREAD), N(CLONE_NEWNS), N(CLONE_SYSVSEM), N(CLONE_SETTLS), N(CLONE_PARENT_SETTID), N(CLONE_CHILD_CLEARTID),
    N(CLONE_UNTRACED), N(CLONE_CHILD_SETTID), N(CLONE_NEWCGROUP), N(CLONE_NEWUTS), N(CLONE_NEWIPC), N(CLONE_NEWUSER),
    N(CLONE_NEWPID), N(CLONE_NEWNET), N(CLONE_IO), END};
static const struct name wait_names[] = {
    N(WNOHANG), {2, "WSTOPPED"}, N(WEXITED), N(WCONTINUED), N(WNOWAIT), {0x80000000, "__WCLONE"}, {0x40000000, "__WALL"},
    {0x20000000, "__WNOTHREAD"}, END};
static const struct name wait_types[] = {{0, "P_ALL"}, {1, "P_PID"}, {2, "P_PGID"}, {3, "P_PIDFD"}, END};
static const struct name sighow_names[] = {N(SIG_BLOCK), N(SIG_UNBLOCK), N(SIG_SETMASK), END};
static const struct name clock_names[] = {
    N(CLOCK_REALTIME), N(CLOCK_MONOTONIC), N(CLOCK_PROCESS_CPUTIME_ID), N(CLOCK_THREAD_CPUTIME_ID), N(CLOCK_MONOTONIC_RAW),
    N(CLOCK_REALTIME_COARSE), N(CLOCK_MONOTONIC_COARSE), N(CLOCK_BOOTTIME), N(CLOCK_REALTIME_ALARM), N(CLOCK_BOOTTIME_ALARM),
    N(CLOCK_TAI), END};
static const struct name timer_names[] = {{1, "TIMER_ABSTIME"}, END};
static const struct name itimer_names[] = {N(ITIMER_REAL), N(ITIMER_VIRTUAL), N(ITIMER_PROF), END};
static const struct name futex_names[] = {
    N(FUTEX_WAIT), N(FUTEX_WAKE), N(FUTEX_FD), N(FUTEX_REQUEUE), N(FUTEX_CMP_REQUEUE), N(FUTEX_WAKE_OP), N(FUTEX_LOCK_PI),
    N(FUTEX_UNLOCK_PI), N(FUTEX_TRYLOCK_PI), N(FUTEX_WAIT_BITSET), N(FUTEX_WAKE_BITSET), N(FUTEX_WAIT_REQUEUE_PI),
    N(FUTEX_CMP_REQUEUE_PI), END};
static const struct name resource_names[] = {
    N(RLIMIT_CPU), N(RLIMIT_FSIZE), N(RLIMIT_DATA), N(RLIMIT_STACK), N(RLIMIT_CORE), N(RLIMIT_RSS), N(RLIMIT_NPROC),
    N(RLIMIT_NOFILE), N(RLIMIT_MEMLOCK), N(RLIMIT_AS), N(RLIMIT_LOCKS), N(RLIMIT_SIGPENDING), N(RLIMIT_MSGQUEUE),
    N(RLIMIT_NICE), N(RLIMIT_RTPRIO), N(RLIMIT_RTTIME), END};
static const struct name who_names[] = {{0, "RUSAGE_SELF"}, {(uint32_t)-1, "RUSAGE_CHILDREN"}, {1, "RUSAGE_THREAD"}, END};
static const struct name priority_names[] = {{0, "PRIO_PROCESS"}, {1, "PRIO_PGRP"}, {2, "PRIO_USER"}, END};
static const struct name policy_names[] = {
    {0, "SCHED_OTHER"}, {1, "SCHED_FIFO"}, {2, "SCHED_RR"}, {3, "SCHED_BATCH"}, {5, "SCHED_IDLE"}, {6, "SCHED_DEADLINE"}, END};
static const struct name prctl_names[] = {
    N(PR_SET_PDEATHSIG), N(PR_GET_PDEATHSIG), N(PR_GET_DUMPABLE), N(PR_SET_DUMPABLE), N(PR_GET_KEEPCAPS), N(PR_SET_KEEPCAPS),
    N(PR_SET_NAME), N(PR_GET_NAME), N(PR_GET_SECCOMP), N(PR_SET_SECCOMP), N(PR_CAPBSET_READ), N(PR_CAPBSET_DROP),
    N(PR_SET_TIMERSLACK), N(PR_GET_TIMERSLACK), N(PR_SET_CHILD_SUBREAPER), N(PR_GET_CHILD_SUBREAPER),
    N(PR_SET_NO_NEW_PRIVS), N(PR_GET_NO_NEW_PRIVS), N(PR_CAP_AMBIENT), N(PR_SET_VMA), N(PR_SET_MM), N(PR_SET_PTRACER), END};
static const struct name arch_names[] = {
    {0x1001, "ARCH_SET_GS"}, {0x1002, "ARCH_SET_FS"}, {0x1003, "ARCH_GET_FS"}, {0x1004, "ARCH_GET_GS"},
    {0x1011, "ARCH_GET_CPUID"}, {0x1012, "ARCH_SET_CPUID"}, {0x3001, "ARCH_CET_STATUS"}, {0x5001, "ARCH_SHSTK_ENABLE"},
    {0x5005, "ARCH_SHSTK_STATUS"}, END};
static const struct name random_names[] = {N(GRND_NONBLOCK), N(GRND_RANDOM), {4, "GRND_INSECURE"}, END};
static const struct name epoll_names[] = {N(EPOLL_CTL_ADD), N(EPOLL_CTL_DEL), N(EPOLL_CTL_MOD), END};
static const struct name epoll_flag_names[] = {N(EPOLL_CLOEXEC), END};
static const struct name family_names[] = {N(AF_UNSPEC), N(AF_UNIX), N(AF_INET), N(AF_INET6), N(AF_NETLINK), N(AF_PACKET), N(AF_VSOCK), END};
static const struct name socket_types[] = {N(SOCK_STREAM), N(SOCK_DGRAM), N(SOCK_RAW), N(SOCK_SEQPACKET), END};
static const struct name socket_names[] = {N(SOCK_CLOEXEC), N(SOCK_NONBLOCK), END};
static const struct name message_names[] = {
    N(MSG_OOB), N(MSG_PEEK), N(MSG_DONTROUTE), N(MSG_CTRUNC), N(MSG_TRUNC), N(MSG_DONTWAIT), N(MSG_EOR), N(MSG_WAITALL),
    N(MSG_CONFIRM), N(MSG_ERRQUEUE), N(MSG_NOSIGNAL), N(MSG_MORE), N(MSG_WAITFORONE), N(MSG_CMSG_CLOEXEC), END};
static const struct name level_names[] = {{1, "SOL_SOCKET"}, {0, "SOL_IP"}, {6, "SOL_TCP"}, {17, "SOL_UDP"}, {41, "SOL_IPV6"}, END};
static const struct name option_names[] = {
    N(SO_DEBUG), N(SO_REUSEADDR), N(SO_TYPE), N(SO_ERROR), N(SO_DONTROUTE), N(SO_BROADCAST), N(SO_SNDBUF), N(SO_RCVBUF),
    N(SO_KEEPALIVE), N(SO_OOBINLINE), N(SO_PRIORITY), N(SO_LINGER), N(SO_REUSEPORT), N(SO_PASSCRED), N(SO_PEERCRED), N(SO_RCVLOWAT),
    N(SO_RCVTIMEO), N(SO_SNDTIMEO), N(SO_ACCEPTCONN), N(SO_PROTOCOL), N(SO_DOMAIN), END};
static const struct name tcp_names[] = {
    {1, "TCP_NODELAY"}, {2, "TCP_MAXSEG"}, {3, "TCP_CORK"}, {4, "TCP_KEEPIDLE"}, {5, "TCP_KEEPINTVL"}, {6, "TCP_KEEPCNT"}, {9, "TCP_DEFER_ACCEPT"},
    {11, "TCP_INFO"}, {12, "TCP_QUICKACK"}, {18, "TCP_USER_TIMEOUT"}, {23, "TCP_FASTOPEN"}, END};
static const struct name shutdown_names[] = {N(SHUT_RD), N(SHUT_WR), N(SHUT_RDWR), END};
/* clang-format on */

static const char *look_up(const struct name names[], uint64_t value)
{
    for (; names->name; names++)
        if (names->value == value)
            return names->name;
    return NULL;
}

const char *decode_error(int number)
{
    static char other[24];
    const char *name = look_up(error_names, (uint64_t)number);

    if (name)
        return name;
    snprintf(other, sizeof other, "ERRNO_%d", number);
    return other;
}

const char *decode_signal(int number)
{
    static char other[24];
    const char *name = look_up(signal_names, (uint64_t)number);

    if (name)
        return name;
    if (number == 32)
        return "SIGRTMIN";
    snprintf(other, sizeof other, number >= 32 && number <= 64 ? "SIGRT_%d" : "%d",
             number >= 32 && number <= 64 ? number - 32 : number);
    return other;
}

static uint64_t word(const struct decode *decode, unsigned i)
{
    return decode->argument[i] & 0xffffffff;
}

#define SHOW_ONE(kind, names, unknown)                                                             \
    void show_##kind(struct decode *decode, unsigned i)                                            \
    {                                                                                              \
        decode_one(decode->out, word(decode, i), names, unknown);                                  \
    }
#define SHOW_FLAGS(kind, names, unknown)                                                           \
    void show_##kind(struct decode *decode, unsigned i)                                            \
    {                                                                                              \
        decode_flags(decode->out, word(decode, i), names, unknown);                                \
    }

SHOW_ONE(whence, whence_names, "SEEK_???")
SHOW_ONE(fcntl, fcntl_names, "F_???")
SHOW_ONE(fadvice, fadvice_names, "POSIX_FADV_???")
SHOW_ONE(madvice, madvice_names, "MADV_???")
SHOW_ONE(wait_type, wait_types, "P_???")
SHOW_ONE(sighow, sighow_names, "SIG_???")
SHOW_ONE(clock, clock_names, "CLOCK_???")
SHOW_ONE(itimer, itimer_names, "ITIMER_???")
SHOW_ONE(resource, resource_names, "RLIMIT_???")
SHOW_ONE(who, who_names, "RUSAGE_???")
SHOW_ONE(priority, priority_names, "PRIO_???")
SHOW_ONE(policy, policy_names, "SCHED_???")
SHOW_ONE(prctl, prctl_names, "PR_???")
SHOW_ONE(arch_prctl, arch_names, "ARCH_???")
SHOW_ONE(epoll, epoll_names, "EPOLL_CTL_???")
SHOW_ONE(family, family_names, "AF_???")
SHOW_ONE(level, level_names, "SOL_???")
SHOW_ONE(shutdown, shutdown_names, "SHUT_???")
SHOW_FLAGS(at, at_names, "AT_???")
SHOW_FLAGS(pipe, pipe_names, "O_???")
SHOW_FLAGS(flock, flock_names, "LOCK_???")
SHOW_FLAGS(fallocate, fallocate_names, "FALLOC_FL_???")
SHOW_FLAGS(rename, rename_names, "RENAME_???")
SHOW_FLAGS(mount, mount_names, "MS_???")
SHOW_FLAGS(umount, umount_names, "MNT_???")
SHOW_FLAGS(memfd, memfd_names, "MFD_???")
SHOW_FLAGS(eventfd, eventfd_names, "EFD_???")
SHOW_FLAGS(timerfd, timerfd_names, "TFD_???")
SHOW_FLAGS(statx_mask, statx_names, "STATX_???")
SHOW_FLAGS(prot, prot_names, "PROT_???")
SHOW_FLAGS(mremap, mremap_names, "MREMAP_???")
SHOW_FLAGS(msync, msync_names, "MS_???")
SHOW_FLAGS(wait, wait_names, "W???")
SHOW_FLAGS(timer, timer_names, "TIMER_???")
SHOW_FLAGS(random, random_names, "GRND_???")
SHOW_FLAGS(epoll_flags, epoll_flag_names, "EPOLL_???")
SHOW_FLAGS(message_flags, message_names, "MSG_???")

void show_open(struct decode *decode, unsigned i)
{
    static const char *const access[] = {"O_RDONLY", "O_WRONLY", "O_RDWR", "O_ACCMODE"};
    uint64_t flags = word(decode, i);

    buffer_format(decode->out, "%s", access[flags & 3]);
    if (flags & ~3ull) {
        buffer_format(decode->out, "|");
        decode_flags(decode->out, flags & ~3ull, open_names, "O_???");
    }
}

void show_mode(struct decode *decode, unsigned i)
{
    decode_mode(decode->out, (uint32_t)decode->argument[i]);
}

void show_device(struct decode *decode, unsigned i)
{
    buffer_format(decode->out, "makedev(%#x, %#x)", major(decode->argument[i]),
                  minor(decode->argument[i]));
}

void show_access(struct decode *decode, unsigned i)
{
    if (word(decode, i))
        decode_flags(decode->out, word(decode, i), access_names, "?_OK");
    else
        buffer_format(decode->out, "F_OK");
}

static void show_fcntl_lock(struct decode *decode, unsigned i)
{
    const uint8_t *bytes = decode_memory(decode, decode->argument[i], sizeof(struct flock));
    static const struct name whences[] = {{0, "SEEK_SET"}, {1, "SEEK_CUR"}, {2, "SEEK_END"}, {0}};
    struct flock lock;

    if (!bytes) {
        show_p(decode, i);
        return;
    }
    memcpy(&lock, bytes, sizeof lock);
    buffer_format(decode->out, "{l_type=");
    decode_one(decode->out, (uint64_t)lock.l_type, lock_types, "F_???");
    buffer_format(decode->out, ", l_whence=");
    decode_one(decode->out, (uint64_t)lock.l_whence, whences, "SEEK_???");
    buffer_format(decode->out, ", l_start=%lld, l_len=%lld}", (long long)lock.l_start,
                  (long long)lock.l_len);
}

void show_fcntl_argument(struct decode *decode, unsigned i)
{
    switch ((int)decode->argument[1]) {
    case F_SETFD:
        decode_flags(decode->out, word(decode, i), fd_names, "FD_???");
        break;
    case F_SETFL:
        show_open(decode, i);
        break;
    case F_GETLK:
    case F_SETLK:
    case F_SETLKW:
    case F_OFD_GETLK:
    case F_OFD_SETLK:
    case F_OFD_SETLKW:
        show_fcntl_lock(decode, i);
        break;
    case F_DUPFD:
    case F_DUPFD_CLOEXEC:
    case F_SETOWN:
    case F_SETPIPE_SZ:
    case F_ADD_SEALS:
        show_d(decode, i);
        break;
    default:
        show_x(decode, i);
    }
}

void show_ioctl(struct decode *decode, unsigned i)
{
    static const struct name directions[] = {
        {_IOC_NONE, "_IOC_NONE"}, {_IOC_READ, "_IOC_READ"}, {_IOC_WRITE, "_IOC_WRITE"}, {0}};
    uint64_t request = word(decode, i);
    const char *name = look_up(ioctl_names, request);

    if (name) {
        buffer_format(decode->out, "%s", name);
        return;
    }
    buffer_format(decode->out, "_IOC(");
    if (_IOC_DIR(request) == (_IOC_READ | _IOC_WRITE))
        buffer_format(decode->out, "_IOC_READ|_IOC_WRITE");
    else
        decode_one(decode->out, _IOC_DIR(request), directions, "_IOC_???");
    buffer_format(decode->out, ", %#x, %#x, %#x)", (unsigned)_IOC_TYPE(request),
                  (unsigned)_IOC_NR(request), (unsigned)_IOC_SIZE(request));
}

void show_map(struct decode *decode, unsigned i)
{
    uint64_t flags = word(decode, i);

    decode_one(decode->out, flags & 3, map_types, "MAP_???");
    if (flags & ~3ull) {
        buffer_format(decode->out, "|");
        decode_flags(decode->out, flags & ~3ull, map_names, "MAP_???");
    }
}

void show_clone(struct decode *decode, unsigned i)
{
    uint64_t flags = decode->argument[i], signal = flags & 0xff;

    if (flags & ~0xffull)
        decode_flags(decode->out, flags & ~0xffull, clone_names, "CLONE_???");
    if (signal)
        buffer_format(decode->out, "%s%s", flags & ~0xffull ? "|" : "", decode_signal((int)signal));
    else if (!flags)
        buffer_format(decode->out, "0");
}

void show_signal(struct decode *decode, unsigned i)
{
    buffer_format(decode->out, "%s", decode_signal((int)decode->argument[i]));
}

void show_futex(struct decode *decode, unsigned i)
{
    uint64_t operation = word(decode, i);

    decode_one(decode->out, operation & 127, futex_names, "FUTEX_???");
    if (operation & FUTEX_PRIVATE_FLAG)
        buffer_format(decode->out, "_PRIVATE");
    if (operation & FUTEX_CLOCK_REALTIME)
        buffer_format(decode->out, "|FUTEX_CLOCK_REALTIME");
}

void show_socket(struct decode *decode, unsigned i)
{
    uint64_t type = word(decode, i);

    if (decode->number == 288) { /* accept4 has flags only */
        decode_flags(decode->out, type, socket_names, "SOCK_???");
        return;
    }
    decode_one(decode->out, type & 0xf, socket_types, "SOCK_???");
    if (type & ~0xfull) {
        buffer_format(decode->out, "|");
        decode_flags(decode->out, type & ~0xfull, socket_names, "SOCK_???");
    }
}

void show_sockopt(struct decode *decode, unsigned i)
{
    uint64_t level = i ? word(decode, i - 1) : 0;

    if (level == SOL_SOCKET)
        decode_one(decode->out, word(decode, i), option_names, "SO_???");
    else if (level == 6)
        decode_one(decode->out, word(decode, i), tcp_names, "TCP_???");
    else
        show_d(decode, i);
}

/* --- Masks, modes, statuses
 * --------------------------------------------------------------------------- */

void decode_mode(struct buffer *out, uint32_t mode)
{
    static const struct name types[] = {
        {0010000, "S_IFIFO"}, {0020000, "S_IFCHR"}, {0040000, "S_IFDIR"},  {0060000, "S_IFBLK"},
        {0100000, "S_IFREG"}, {0120000, "S_IFLNK"}, {0140000, "S_IFSOCK"}, {0},
    };
    const char *type = look_up(types, mode & 0170000);

    if (type)
        buffer_format(out, "%s|", type);
    else if (mode & 0170000)
        buffer_format(out, "%#o|", mode & 0170000);
    if (mode & 04000)
        buffer_format(out, "S_ISUID|");
    if (mode & 02000)
        buffer_format(out, "S_ISGID|");
    if (mode & 01000)
        buffer_format(out, "S_ISVTX|");
    buffer_format(out, "%#03o", mode & 0777);
}

void decode_sigset(struct buffer *out, uint64_t set)
{
    int most = __builtin_popcountll(set) > 42; /* then those that are missing are shown */
    const char *separator = "";

    buffer_format(out, most ? "~[" : "[");
    for (int signal = 1; signal <= 64; signal++) {
        const char *name = decode_signal(signal);

        if (((set >> (signal - 1)) & 1) == (uint64_t)most)
            continue;
        buffer_format(out, "%s%s", separator, text_starts(name, "SIG") ? name + 3 : name);
        separator = " ";
    }
    buffer_format(out, "]");
}

void decode_wait_status(struct buffer *out, int status)
{
    if (WIFEXITED(status))
        buffer_format(out, "WIFEXITED(s) && WEXITSTATUS(s) == %d", WEXITSTATUS(status));
    else if (WIFSTOPPED(status))
        buffer_format(out, "WIFSTOPPED(s) && WSTOPSIG(s) == %s", decode_signal(WSTOPSIG(status)));
    else if (WIFCONTINUED(status))
        buffer_format(out, "WIFCONTINUED(s)");
    else
        buffer_format(out, "WIFSIGNALED(s) && WTERMSIG(s) == %s%s", decode_signal(WTERMSIG(status)),
                      WCOREDUMP(status) ? " && WCOREDUMP(s)" : "");
}

/* si_code by signal, as far as programs meet them. */
static const char *signal_code(int signal, int code)
{
    static const struct name general[] = {
        {0, "SI_USER"},
        {0x80, "SI_KERNEL"},
        {(uint32_t)-1, "SI_QUEUE"},
        {(uint32_t)-2, "SI_TIMER"},
        {(uint32_t)-6, "SI_TKILL"},
        {0},
    };
    static const char *const child[] = {"CLD_EXITED",  "CLD_KILLED",  "CLD_DUMPED",
                                        "CLD_TRAPPED", "CLD_STOPPED", "CLD_CONTINUED"};
    static const char *const segv[] = {"SEGV_MAPERR", "SEGV_ACCERR"};
    static const char *const bus[] = {"BUS_ADRALN", "BUS_ADRERR"};
    static const char *const trap[] = {"TRAP_BRKPT", "TRAP_TRACE"};
    static const char *const fpe[] = {"FPE_INTDIV", "FPE_INTOVF", "FPE_FLTDIV", "FPE_FLTOVF",
                                      "FPE_FLTUND", "FPE_FLTRES", "FPE_FLTINV"};
    static const char *const ill[] = {"ILL_ILLOPC", "ILL_ILLOPN"};
    const char *name = look_up(general, (uint32_t)code);

    if (name)
        return name;
    if (signal == SIGCHLD && code >= 1 && code <= 6)
        return child[code - 1];
    if (signal == SIGSEGV && code >= 1 && code <= 2)
        return segv[code - 1];
    if (signal == SIGBUS && code >= 1 && code <= 2)
        return bus[code - 1];
    if (signal == SIGTRAP && code >= 1 && code <= 2)
        return trap[code - 1];
    if (signal == SIGFPE && code >= 1 && code <= 7)
        return fpe[code - 1];
    if (signal == SIGILL && code >= 1 && code <= 2)
        return ill[code - 1];
    return NULL;
}

void decode_siginfo(struct buffer *out, const struct record_signal *signal)
{
    const char *code = signal_code(signal->signo, signal->code);
    uint32_t half[8];
    uint64_t address;

    memcpy(half, signal->bytes, sizeof half);
    memcpy(&address, signal->bytes, sizeof address);
    buffer_format(out, "{si_signo=%s, si_code=", decode_signal(signal->signo));
    if (code)
        buffer_format(out, "%s", code);
    else
        buffer_format(out, "%d", signal->code);
    if (signal->error)
        buffer_format(out, ", si_errno=%d", signal->error);
    if (signal->signo == SIGCHLD && signal->code > 0 && signal->code <= 6) {
        int64_t times[2];

        memcpy(times, signal->bytes + 16, sizeof times);
        buffer_format(out, ", si_pid=%u, si_uid=%u, si_status=", half[0], half[1]);
        if (signal->code == 1)
            buffer_format(out, "%d", (int)half[2]);
        else
            buffer_format(out, "%s", decode_signal((int)half[2]));
        buffer_format(out, ", si_utime=%lld, si_stime=%lld", (long long)times[0],
                      (long long)times[1]);
    } else if (signal->code == 0 || signal->code == -6) {
        buffer_format(out, ", si_pid=%u, si_uid=%u", half[0], half[1]);
    } else if (signal->code == -1) {
        buffer_format(out, ", si_pid=%u, si_uid=%u, si_int=%d, si_ptr=", half[0], half[1],
                      (int)half[2]);
        memcpy(&address, signal->bytes + 8, sizeof address);
        decode_address(out, address);
    } else if (signal->code == -2) {
        buffer_format(out, ", si_timerid=%#x, si_overrun=%d", half[0], (int)half[1]);
    } else if (signal->signo == SIGSEGV || signal->signo == SIGBUS || signal->signo == SIGFPE ||
               signal->signo == SIGILL || signal->signo == SIGTRAP) {
        buffer_format(out, ", si_addr=");
        decode_address(out, address);
    }
    buffer_format(out, "}");
}
