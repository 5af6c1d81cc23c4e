# SPDX-License-Identifier: MIT
# strace.sh - cases about `lorica strace` and `run --strace` on the real machine. Sourced by run.
# shellcheck shell=bash disable=SC2154,SC2034,SC1010,SC2015,SC2016

strace_lines() { # signals and exits too, on standard error; streams and status stay the program's
    linux --strace bash -c 'echo out; exit 3'
    is status "$status" 3 && is stdout "$out" out && has first "$err" 'execve("/usr/bin/bash", ["bash", "-c", "echo out; exit 3"], ' &&
        has call "$err" 'openat(AT_FDCWD, "/lib/x86_64-linux-gnu/libc.so.6", O_RDONLY|O_CLOEXEC) = 3' && has error "$err" ' = -1 ENOENT (No such file or directory)' &&
        has write "$err" 'write(1, "out\n", 4)                    = 4' && has exit "$err" $'exit_group(3)                           = ?\n+++ exited with 3 +++'
}
strace_filter() {
    real strace --timeout 60 -e execve,%signal bash -c 'sleep 0 & wait; kill -SEGV $$'
    is status "$status" 139 && has child "$err" '] execve("/usr/bin/sleep", ["sleep", "0"], ' && has signal "$err" '--- SIGSEGV {si_signo=SIGSEGV, si_code=SI_USER, si_pid=2, si_uid=0} ---' &&
        has end "$err" '+++ killed by SIGSEGV +++' && hasnt others "$err" openat && has two "$err" 'Process 3 attached' || return 1
    real strace --timeout 60 -e none true
    is 'exits only' "$err" '+++ exited with 0 +++' || return 1
    real strace --timeout 60 -e '!%file,%memory,%desc' true
    hasnt files "$err" openat && hasnt memory "$err" mmap && has rest "$err" set_tid_address
}
strace_summary() {
    real strace --timeout 60 -c -o "$work/table" ls /
    is status "$status" 0 && is stderr "$err" '' && has head "$(head -1 "$work/table")" 'usecs/call     calls    errors syscall' &&
        has row "$(cat "$work/table")" ' 1           write' && has total "$(tail -1 "$work/table")" total
}
strace_big() { # more than the ring holds: nothing is lost, the program waits
    real strace --timeout 120 -e write -s 100 -o "$work/many.trace" dd if=/dev/zero of=/dev/null bs=10 count=3000 status=none
    is status "$status" 0 && is writes "$(grep -c '^2     write(1, "\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0", 10) *= 10$' "$work/many.trace")" 3000
}
strace_full() {
    real strace --timeout 60 -o /dev/full ls /
    is status "$status" 125 && has message "$err" 'cannot write the trace: No space left on device'
}
strace_time() {
    real strace --timeout 60 -t -T -e nanosleep,clock_nanosleep sleep 0.2
    [[ $err =~ ^[0-9]+\.[0-9]{6}\ .*nanosleep.*tv_nsec=200000000.*\<0\.[2-9][0-9]{5}\> ]] || { why="no times: $err"; return 1; }
}
strace_wrong() {
    refused 125 'no system call opennat; did you mean openat?' strace -e opennat ls && refused 125 'no class %fil' strace -e %fil ls &&
        refused 125 'up to 4096' strace -s 5000 ls && refused 125 'name a program' strace && refused 125 'native programs' strace --app hello
}
# One line a call, tasks one after the other by their first appearance; what differs from run to run is made equal.
strace_plain() {
    awk '{ tid = $1; sub(/^[0-9]+ +/, "")
           if (!(tid in order)) order[tid] = ++tasks
           if (/ <unfinished ...>$/) { sub(/ ?<unfinished ...>$/, ""); open[tid] = $0; next }
           if (/^<... [a-z0-9_]+ resumed>/) { sub(/^<... [a-z0-9_]+ resumed>/, ""); $0 = open[tid] $0 }
           if (/^--- SIGCHLD/ || /^rt_sigreturn/) next
           lines[order[tid]] = lines[order[tid]] "P" order[tid] " " $0 "\n" }
         END { for (i = 1; i <= tasks; i++) printf "%s", lines[i] }' "$1" |
        sed -E 's/0x[0-9a-f]{5,}/ADDRESS/g; s/(si_pid|si_uid)=[0-9]+/\1=N/g; s/ +=/ =/; s/[0-9]+ vars/N vars/; s/, left [^)]*//;
                /^P[0-9]+ (getpid|gettid|fork|set_tid_address|wait4)/s/= [0-9]+$/= N/; s/kill\([0-9]+/kill(N/'
}
strace_as_linux() {
    command -v strace > /dev/null || { why='strace is not installed'; return 1; }
    musl-gcc -static -w -O1 -o "$work/cwd/calls" tests/tool/programs/calls.c || { why='does not compile'; return 1; }
    (cd "$work/cwd" && strace -f -o "$work/linux.trace" ./calls < /dev/null; export LORICA_QEMU=$recorder
        "$lorica" strace --timeout 60 -o "$work/lorica.trace" ./calls < /dev/null) 2> "$work/err"
    is status $? 5 || { why="$why $(cat "$work/err")"; return 1; }
    why=$(diff <(strace_plain "$work/linux.trace") <(strace_plain "$work/lorica.trace")) &&
        { [ "$(wc -l < "$work/lorica.trace")" -gt 90 ] || { why='too few lines'; return 1; }; }
}

check 'strace: lines, and the program undisturbed' strace_lines
check 'strace: some calls only' strace_filter
check 'strace: a summary' strace_summary
check 'strace: nothing is lost' strace_big
check 'strace: no room for the trace' strace_full
check 'strace: times' strace_time
check 'strace: wrong words' strace_wrong
check 'strace: the same lines as on Linux' strace_as_linux

