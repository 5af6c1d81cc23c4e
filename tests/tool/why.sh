# SPDX-License-Identifier: MIT
# why.sh - cases about core files and `lorica why` on the real machine. Sourced by run.
# shellcheck shell=bash disable=SC2154,SC2034,SC1010,SC2015,SC2016

crash_build() { # crash_build COMPILER...
    "$@" -g -w -O1 -fno-optimize-sibling-calls -o "$work/cwd/crash" tests/tool/programs/crash.c || { why="does not compile: $*"; return 1; }
}
functions() { # names of the functions in gdb's backtrace, innermost first, down to main
    sed -nE 's/^(#[0-9]+) +(0x[0-9a-f]+ in )?([A-Za-z_0-9.]+).*/\1 \3/p' "$1" |
        awk '$1 == "#0" { names = ""; over = 0 } !over && $2 !~ /^0x/ { names = names $2 "\n" } $2 == "main" || $2 ~ /^0x/ { over = 1 } END { printf "%s", names }'
}
core_host() { # the image that comes to the host: gdb shows what it shows of the process itself, here
    command -v gdb > /dev/null || { why='gdb is not installed'; return 1; }
    local how
    for how in gcc 'gcc -static' 'musl-gcc -static'; do
        crash_build $how || return 1
        (cd "$work/cwd" && gdb -batch -nx -ex run -ex bt --args ./crash x) > "$work/linux.bt" 2>&1 < /dev/null
        (cd "$work/cwd" && export LORICA_QEMU=$recorder && "$lorica" run --timeout 60 --core "$work/cwd/x.core" ./crash x) > "$work/out" 2> "$work/err" < /dev/null
        is "status ($how)" $? 139 && has named "$(cat "$work/err")" "lorica: core file of process 2: $work/cwd/x.core" || return 1
        (cd "$work/cwd" && gdb -batch -nx -ex bt -ex 'print *(int *)($sp+0) == 1 || 1' -ex 'info registers rip' ./crash x.core) > "$work/core.bt" 2>&1 < /dev/null
        has "signal ($how)" "$(cat "$work/core.bt")" 'Program terminated with signal SIGSEGV' &&
            is "functions ($how)" "$(functions "$work/core.bt")" "$(functions "$work/linux.bt")" &&
            has "inner ($how)" "$(functions "$work/core.bt")" $'depth\ndepth\ndepth\ncompare' || return 1
    done
}
core_guest() { # the file that the kernel interface promises: in the working directory, with the bit in the status
    crash_build gcc || return 1
    (cd "$work/cwd" && export LORICA_QEMU=$recorder && "$lorica" run --timeout 60 ./crash) > "$work/cwd/guest.core" 2> "$work/err" < /dev/null
    is status $? 139 || { why="$why $(cat "$work/err")"; return 1; } # 11 and the core bit
    (cd "$work/cwd" && gdb -batch -nx -ex bt ./crash guest.core) > "$work/core.bt" 2>&1 < /dev/null
    has functions "$(functions "$work/core.bt")" $'depth\ndepth\ndepth\ncompare' && has end "$(functions "$work/core.bt")" main
}
core_threads() { # threads that waited when another one crashed are in the file, with their stacks
    cat > "$work/threads.c" <<'C'
#include <pthread.h>
#include <unistd.h>
static pthread_barrier_t barrier;
__attribute__((noinline)) void crash_here(void) { *(volatile int *)8 = 1; }
static void *die(void *unused) { pthread_barrier_wait(&barrier); usleep(200000); crash_here(); return unused; }
__attribute__((noinline)) int wait_here(int fd) { char byte; return read(fd, &byte, 1) == 1; }
static void *reader(void *fd) { pthread_barrier_wait(&barrier); return wait_here(*(int *)fd) ? fd : 0; }
int main(void)
{
    pthread_t one, two;
    int pair[2];
    pipe(pair);
    pthread_barrier_init(&barrier, 0, 2);
    pthread_create(&one, 0, reader, pair);
    pthread_create(&two, 0, die, 0);
    pthread_join(two, 0);
    return 0;
}
C
    gcc -g -w -O1 -o "$work/cwd/threads" "$work/threads.c" -lpthread || return 1
    (cd "$work/cwd" && export LORICA_QEMU=$recorder && "$lorica" run --timeout 60 --cpus 2 --core "$work/cwd/t.core" ./threads) > "$work/out" 2> "$work/err" < /dev/null
    is status $? 139 || return 1
    (cd "$work/cwd" && gdb -batch -nx -ex 'thread apply all bt' ./threads t.core) > "$work/core.bt" 2>&1 < /dev/null
    is threads "$(grep -c '^Thread ' "$work/core.bt")" 3 && has crashed "$(cat "$work/core.bt")" ' crash_here ' && has waits "$(cat "$work/core.bt")" ' wait_here ' &&
        has main "$(cat "$work/core.bt")" ' main '
}
why_crash() {
    crash_build gcc || return 1
    linux true # makes the root
    linux "$work/cwd/crash" x
    is status "$status" 139 && is stderr "$err" '' || return 1
    run_tool why
    is 'status of why' "$status" 0 && has first "$out" "$work/cwd/crash x: ended by SIGSEGV (Segmentation fault), status 139, after " &&
        has signal "$out" '{si_signo=SIGSEGV, si_code=SEGV_MAPERR, si_addr=0x8}' && has line "$out" 'tests/tool/programs/crash.c:' &&
        has failed "$out" 'openat("/nowhere/at all") = ENOENT (No such file or directory)' && has memory "$out" 'memory for programs: ' || return 1
    is functions "$(sed -nE 's/^ +#[0-9]+ +0x[0-9a-f]+ ([a-z_]+)\+.*/\1/p' "$work/out" | head -4 | tr '\n' ' ')" 'depth depth depth compare ' &&
        has main "$out" ' main+' && has libc "$out" 'libc.so.6)' || return 1
    run_tool why -o json
    python3 -c 'import json, sys; w = json.load(sys.stdin); assert w["status"] == 139 and w["crash"]["frames"][0]["function"] == "depth" and w["failed_calls"][-1]["error"] == "ENOENT"' \
        < "$work/out" || { why="not the JSON that was expected: $out"; return 1; }
}
why_missing() { # what a program asked for right before it failed comes first
    printf '#include <unistd.h>\nint main(void) { return syscall(321, 0, 0, 0) < 0 ? 9 : 0; }\n' > "$work/missing.c"
    gcc -w -o "$work/cwd/missing" "$work/missing.c" || return 1
    linux "$work/cwd/missing"
    is status "$status" 9 || { why="$why $err"; return 1; }
    run_tool why
    has status "$out" ': status 9, after ' && has first "$(grep -A1 'not implemented:' <<< "$out")" 'bpf: 1 time by missing; missing failed right after it: it may be the cause' && hasnt crash "$out" 'crash of'
}
why_nothing() { XDG_STATE_HOME=$work/fresh run_tool why; is status "$status" 1 && has message "$err" 'no run has ended yet'; }
why_jump() { # a call to nowhere is told by its caller
    printf 'void (*volatile nowhere)(void);\nint main(void) { nowhere(); return 0; }\n' > "$work/jump.c"
    gcc -g -O1 -o "$work/cwd/jump" "$work/jump.c" || return 1
    linux "$work/cwd/jump"
    run_tool why
    has first "$out" '#0  0x0 (nothing is mapped there)' && has caller "$out" ' main+'
}

check 'core: an image for the host' core_host
check 'core: a file for the program' core_guest
check 'core: threads' core_threads
check 'why: a crash' why_crash
check 'why: a call to nowhere' why_jump
check 'why: calls that are missing' why_missing
check 'why: nothing has run' why_nothing

