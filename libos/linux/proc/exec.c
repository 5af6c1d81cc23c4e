/* SPDX-License-Identifier: MIT */
/*
 * exec.c - replacing a process's program: execve, execveat, and the first program of the instance.
 *
 * Everything that can be refused is refused before the old program is gone: strings are copied, files opened and
 * checked, the new space mapped. After that a failure can only kill the process.
 * Source: execve(2), execveat(2).
 */
#include <linux/fcntl.h>
#include <linux/personality.h>
#include <asm/signal.h>
#include "libos/linux/call/handlers.h"
#include "libos/linux/cpu.h"
#include "libos/linux/elf/elf.h"
#include "libos/linux/observe/debug.h"
#include "libos/linux/observe/observe.h"
#include "libos/linux/proc/capability.h"
#include "libos/linux/proc/proc.h"
#include "libos/linux/task.h"
#include "libos/linux/user.h"
#include "libos/linux/vdso/vdso.h"
#include "exo_stubs.h"

#define STRING_MAX       (128u << 10) /* one argument, MAX_ARG_STRLEN */
#define STRINGS_MIN      (128u << 10)
#define SCRIPT_DEPTH_MAX 5
#define SCRIPT_LINE_MAX  256
#define PATH_BYTES       4096

/* --- Strings ------------------------------------------------------------------------------------- */

static uint64_t strings_limit(void)
{
    uint64_t quarter = current()->process->rlimit[3].soft / 4; /* RLIMIT_STACK */

    if (quarter > 6ul << 20)
        quarter = 6ul << 20;
    return quarter > STRINGS_MIN ? quarter : STRINGS_MIN;
}

static int strings_room(struct exec_strings *s, size_t more)
{
    size_t size = s->size ? s->size : PAGE_SIZE;

    if (s->used + more > strings_limit())
        return -E2BIG;
    while (size < s->used + more)
        size *= 2;
    if (size == s->size)
        return 0;
    char *bigger = heap_alloc(size);

    if (!bigger)
        return -ENOMEM;
    if (s->used)
        memcpy(bigger, s->bytes, s->used);
    heap_free(s->bytes);
    s->bytes = bigger;
    s->size = size;
    return 0;
}

static int strings_add(struct exec_strings *s, const char *text)
{
    size_t bytes = strlen(text) + 1;
    int error = strings_room(s, bytes);

    if (error)
        return error;
    memcpy(s->bytes + s->used, text, bytes);
    s->used += bytes;
    return 0;
}

static int strings_add_user(struct exec_strings *s, uaddr_t from)
{
    for (size_t room = 256;; room *= 4) {
        int error = strings_room(s, min_of(room, (size_t)STRING_MAX));
        int64_t length;

        if (error == -E2BIG && room > 256)
            room = strings_limit() - s->used; /* the last bit of room may be enough */
        else if (error)
            return error;
        length = string_from_user(s->bytes + s->used, from,
                                  min_of(s->size - s->used, (size_t)STRING_MAX));
        if (length >= 0) {
            s->used += (size_t)length + 1;
            return s->used > strings_limit() ? -E2BIG : 0;
        }
        if (length != -ENAMETOOLONG)
            return (int)length;
        if (error || room >= STRING_MAX)
            return -E2BIG;
    }
}

/* An array of string pointers in the program's memory. NULL is an empty one, as on Linux. */
static int strings_add_array(struct exec_strings *s, uaddr_t array, uint32_t *count)
{
    *count = 0;
    for (uint64_t i = 0; array; i++) {
        uint64_t pointer;
        int error = get_user_u64(&pointer, array + i * 8);

        if (!error && !pointer)
            return 0;
        if (!error)
            error = strings_add_user(s, pointer);
        if (error)
            return error;
        (*count)++;
        if ((uint64_t)*count * 8 > strings_limit())
            return -E2BIG;
    }
    return 0;
}

static int strings_add_list(struct exec_strings *s, const char *const *list, uint32_t *count)
{
    *count = 0;
    for (; *list; list++, (*count)++) {
        int error = strings_add(s, *list);

        if (error)
            return error;
    }
    return 0;
}

/* Replaces the first argument by `count` texts. */
static int strings_replace_first(struct exec_strings *s, const char *const *text, uint32_t count)
{
    struct exec_strings new = {.arg_count = s->arg_count, .env_count = s->env_count};
    size_t skip = s->arg_count ? strlen(s->bytes) + 1 : 0;
    int error = 0;

    for (uint32_t i = 0; !error && i < count; i++)
        error = strings_add(&new, text[i]);
    if (!error)
        error = strings_room(&new, s->used - skip + 1);
    if (error) {
        heap_free(new.bytes);
        return error;
    }
    memcpy(new.bytes + new.used, s->bytes + skip, s->used - skip);
    new.used += s->used - skip;
    new.arg_count = (s->arg_count ? s->arg_count - 1 : 0) + count;
    heap_free(s->bytes);
    *s = new;
    return 0;
}

/* --- Finding the program --------------------------------------------------------------------------- */

struct exec_target {
    struct file *file; /* held */
    struct elf_program program;
    char name[PATH_BYTES]; /* what execve was given: AT_EXECFN, and the name of the process */
    char script[256];      /* the file that is looked at now, when it is an interpreter; "": name */
};

/* Splits "#!  interpreter   argument  " in place. -ENOEXEC if there is no interpreter. */
static int script_parse(char *line, char **interpreter, char **argument)
{
    char *end = line + strlen(line);

    while (end > line && (end[-1] == ' ' || end[-1] == '\t'))
        *--end = 0;
    for (line += 2; *line == ' ' || *line == '\t';)
        line++;
    if (!*line)
        return -ENOEXEC;
    *interpreter = line;
    while (*line && *line != ' ' && *line != '\t')
        line++;
    if (!*line)
        return 0;
    for (*line++ = 0; *line == ' ' || *line == '\t';)
        line++;
    *argument = *line ? line : NULL;
    return 0;
}

/* If target->file is a script: its interpreter becomes the file and the strings say so. 1: it was one; 0: not. */
static int script_follow(struct exec_target *target, struct exec_strings *strings)
{
    char line[SCRIPT_LINE_MAX];
    char *interpreter = NULL;
    char *argument = NULL;
    int64_t got = file_read_at(target->file, line, sizeof line - 1, 0);

    if (got < 2 || line[0] != '#' || line[1] != '!')
        return 0;
    line[got] = 0;
    char *newline = strchr(line, '\n');

    if (newline)
        *newline = 0;
    else if (got == sizeof line - 1 && !strchr(line + 2, ' ') && !strchr(line + 2, '\t'))
        return -ENOEXEC; /* the interpreter's name is cut off */
    int error = script_parse(line, &interpreter, &argument);

    if (error)
        return error;
    const char *script = target->script[0] ? target->script : target->name;
    const char *words[3] = {interpreter, argument ? argument : script, script};
    struct file *file = NULL;

    error = strings_replace_first(strings, words, argument ? 3 : 2);
    if (!error)
        error = file_open(interpreter, O_RDONLY, 0, &file);
    if (error)
        return error;
    file_drop(target->file);
    target->file = file;
    format(target->script, sizeof target->script, "%s", interpreter);
    return 1;
}

/* From an opened file to a checked program. Drops target->file. */
static int target_check(struct exec_target *target, struct exec_strings *strings)
{
    int error = 0;

    for (int depth = 0;; depth++) {
        if (!file_access_exec(target->file)) {
            error = -EACCES;
            break;
        }
        error = script_follow(target, strings);
        if (error <= 0)
            break;
        if (depth >= SCRIPT_DEPTH_MAX) {
            error = -ELOOP;
            break;
        }
    }
    if (!error)
        error = elf_check(target->file, &target->program);
    file_drop(target->file);
    return error;
}

/* --- Becoming it ------------------------------------------------------------------------------------ */

void fs_base_set(uint64_t base)
{
    current()->fs_base = base;
    __asm__ volatile("wrfsbase %0" : : "r"(base));
}

void fpu_reset(void)
{
    static const uint8_t clean[4096]
        __attribute__((aligned(64))) = {[0] = 0x7f, [1] = 0x03, [24] = 0x80, [25] = 0x1f};
    const struct exo_machine *machine = (const struct exo_machine *)INSTANCE_MACHINE_ADDRESS;

    __asm__ volatile("xrstor64 (%0)" : : "r"(clean), "a"(~0u), "d"(~0u));
    if (machine->features & EXO_FEATURE_PKU)
        protection_keys_start();
}

/* Set-id bits of the program; the saved ids become the effective ones in any case. */
static void credentials_renew(struct process *process, struct file *file)
{
    struct credentials *cred = &process->cred;
    uint32_t euid = cred->euid, egid = cred->egid;
    struct stat status;

    if (file_stat(file, &status))
        return;
    if (status.st_mode & 04000 && !process->sig.no_new_privileges)
        cred->euid = status.st_uid;
    if ((status.st_mode & 02010) == 02010 && !process->sig.no_new_privileges)
        cred->egid = status.st_gid;
    capability_exec(cred, cred->euid != euid || cred->egid != egid);
    cred->suid = cred->fsuid = cred->euid;
    cred->sgid = cred->fsgid = cred->egid;
    process->dumpable = cred->uid == cred->euid && cred->gid == cred->egid;
}

/* What execve resets besides memory. */
static void process_renew(struct exec_target *target)
{
    struct process *process = current()->process;

    files_close_on_exec(process->files);
    signal_exec(process);
    process->personality &= ~(uint32_t)READ_IMPLIES_EXEC; /* as Linux does for 64-bit programs */
    const char *slash = strrchr(target->name, '/');

    task_set_name(current(), slash ? slash + 1 : target->name);
    if (process->exe)
        dentry_drop(process->exe);
    process->exe = target->program.file->dentry;
    if (process->exe)
        dentry_hold(process->exe);
    process->execed = true;
    credentials_renew(process, target->program.file);
    current()->rseq = 0;
    process->membarrier = 0;
    debug_exec(process);
    vfork_release(process);
}

/* The checked program becomes the process's. Failure before the old space is gone is returned; later it kills. */
static int become(struct exec_target *target, const struct exec_strings *strings)
{
    struct process *process = current()->process;
    struct space *old = process->space;
    struct space *new = NULL;
    struct elf_loaded loaded;
    uint64_t stack_pointer = 0;
    int error = space_create(&new);

    if (error)
        return error;
    error = elf_map(&target->program, new, &loaded);
    if (!error)
        error = vdso_map(new);
    if (!error)
        error = files_unshare(&process->files);
    if (!error)
        error = threads_become_one();
    if (error) {
        space_drop(new);
        return error;
    }
    if (old)
        task_release_memory(current());
    process->space = new;
    if (old) /* while it is loaded, if it ends now */
        space_drop(old);
    space_switch(new);
    space_set_brk(new, loaded.brk);
    process_renew(target);
    error = elf_stack(new, &loaded, strings, target->name, &stack_pointer);
    if (error && !old)
        return error; /* the first program of all: the host is told why */
    if (error)
        process_exit(SIGKILL);
    struct regs *regs = current()->regs;
    uint64_t cs = regs->cs, ss = regs->ss;

    *regs = (struct regs){.orig_rax = UINT64_MAX,
                          .rip = loaded.entry,
                          .cs = cs,
                          .rflags = 0x202,
                          .rsp = stack_pointer,
                          .ss = ss};
    current()->sig.attention |= ATTENTION_REGS;
    fs_base_set(0);
    fpu_reset();
    return 0;
}

static int run(struct exec_target *target, struct exec_strings *strings)
{
    int error = target_check(target, strings);

    if (!error) {
        error = become(target, strings);
        elf_release(&target->program);
    }
    return error;
}

static int64_t exec_from_user(int directory, char *path, uaddr_t argv, uaddr_t envp, uint64_t flags)
{
    struct exec_target *target = heap_alloc(sizeof *target);
    struct exec_strings strings = {0};
    int error = -ENOMEM;

    if (!target)
        return error;
    target->file = NULL;
    target->script[0] = 0;
    if (path[0] == '/' || directory == AT_FDCWD)
        memcpy(target->name, path, strlen(path) + 1); /* it is no longer: path_from_user */
    else if (path[0])
        format(target->name, sizeof target->name, "/dev/fd/%d/%s", directory, path);
    else
        format(target->name, sizeof target->name, "/dev/fd/%d", directory);
    error = strings_add_array(&strings, argv, &strings.arg_count);
    if (!error &&
        !strings.arg_count) { /* Linux gives a program without arguments an empty first one */
        error = strings_add(&strings, "");
        strings.arg_count = 1;
    }
    if (!error)
        error = strings_add_array(&strings, envp, &strings.env_count);
    if (!error && !path[0]) { /* AT_EMPTY_PATH: the descriptor itself */
        target->file = fd_get_any(directory);
        error = target->file ? 0 : -EBADF;
    } else if (!error) {
        error = file_open_at(directory, path,
                             O_RDONLY | O_NONBLOCK | (flags & AT_SYMLINK_NOFOLLOW ? O_NOFOLLOW : 0),
                             0, &target->file);
    }
    if (!error)
        error = run(target, &strings);
    heap_free(strings.bytes);
    heap_free(target);
    return error;
}

int64_t lx_execve(uint64_t path_at, uint64_t argv, uint64_t envp)
{
    int error = 0;
    char *path = path_from_user(path_at, &error);

    if (!path)
        return error;
    int64_t result = path[0] ? exec_from_user(AT_FDCWD, path, argv, envp, 0) : -ENOENT;

    heap_free(path);
    return result;
}

int64_t lx_execveat(uint64_t directory, uint64_t path_at, uint64_t argv, uint64_t envp,
                    uint64_t flags)
{
    int error = 0;

    if (flags & ~(uint64_t)(AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW))
        return -EINVAL;
    char *path = path_from_user(path_at, &error);

    if (!path)
        return error;
    int64_t result = path[0] || flags & AT_EMPTY_PATH
                         ? exec_from_user((int)directory, path, argv, envp, flags)
                         : -ENOENT;

    heap_free(path);
    return result;
}

/* --- The first program -------------------------------------------------------------------------------- */

/* Tries each directory of PATH. Like execvp: EACCES is remembered while others are tried. */
static int search(const char *name, const char *const *env, struct file **out, char *path,
                  size_t size)
{
    const char *directories = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    int result = -ENOENT;

    for (; *env; env++)
        if (!strncmp(*env, "PATH=", 5))
            directories = *env + 5;
    for (const char *at = directories; at; at = strchr(at, ':') ? strchr(at, ':') + 1 : NULL) {
        const char *end = strchr(at, ':');
        int length = end ? (int)(end - at) : (int)strlen(at);

        if (format(path, size, "%.*s%s%s", length, at, length ? "/" : "", name) >= (int)size)
            continue;
        int error = file_open(path, O_RDONLY, 0, out);

        if (!error && file_access_exec(*out))
            return 0;
        if (!error) {
            file_drop(*out);
            result = -EACCES;
        } else if (error == -EACCES) {
            result = -EACCES;
        }
    }
    return result;
}

static void explain(int error, const char *name, const struct exec_target *target, char *reason,
                    size_t size)
{
    switch (error) {
    case -ENOENT:
        if (target->program.interpreter_path[0])
            format(reason, size,
                   "%s needs the interpreter %s, which is not in the root: add the package that "
                   "has it",
                   name, target->program.interpreter_path);
        else
            format(reason, size,
                   "%s: not found in the root: check the name, or add its package with --package",
                   name);
        break;
    case -EACCES:
        format(reason, size, "%s: not executable: it lacks the x permission or is no regular file",
               name);
        break;
    case -ENOEXEC:
        format(reason, size,
               "%s: not a program for this machine: an x86-64 ELF or a #! script is needed", name);
        break;
    case -ELIBBAD:
        format(reason, size, "%s: its interpreter %s is no x86-64 ELF", name,
               target->program.interpreter_path);
        break;
    case -ENOMEM:
        format(reason, size, "%s: not enough memory to start it: give the instance more", name);
        break;
    default:
        format(reason, size, "%s: cannot be started: error %d", name, -error);
    }
}

int exec_first(const char *const *argv, const char *const *env, char *reason, size_t reason_size)
{
    struct exec_target *target = heap_zalloc(sizeof *target);
    struct exec_strings strings = {0};
    int error = -ENOMEM;

    if (!target)
        return error;
    error = strings_add_list(&strings, argv, &strings.arg_count);
    if (!error)
        error = strings_add_list(&strings, env, &strings.env_count);
    if (!error && strchr(argv[0], '/')) {
        format(target->name, sizeof target->name, "%s", argv[0]);
        error = file_open(argv[0], O_RDONLY, 0, &target->file);
    } else if (!error) {
        error = search(argv[0], env, &target->file, target->name, sizeof target->name);
    }
    if (!error)
        error = run(target, &strings);
    if (error)
        explain(error, argv[0], target, reason, reason_size);
    else
        trace_first(target->name, argv, env);
    heap_free(strings.bytes);
    heap_free(target);
    return error;
}
