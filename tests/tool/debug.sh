# SPDX-License-Identifier: MIT
# debug.sh - cases about `lorica debug --attach`: gdb and one process of a machine that runs. Sourced by run.
# shellcheck shell=bash disable=SC2154,SC2034,SC1010,SC2015,SC2016

gdb_on() { # gdb_on PID: gdb with the commands of standard input on a process of the machine `host`
    { echo 'set pagination off'; cat; } > "$work/commands"
    timeout 100 "$lorica" debug --attach host "$1" -batch -x "$work/commands" > "$work/out" 2>&1 < /dev/null
    status=$?
    out=$(cat "$work/out")
}
debug_begin() { # debug_begin FLAGS...: the program, in the background, with $argument
    command -v gdb > /dev/null || { why='gdb is not installed'; return 1; }
    linux true
    gcc -g -O0 "$@" -o "$work/cwd/debugged" tests/tool/programs/debugged.c -lpthread || { why="does not compile: $*"; return 1; }
    background host "$work/cwd/debugged" ${argument-}
}
debug_end() { # the machine ends with that status, and said so much
    for _ in $(seq 1000); do run_tool ps; [[ $out == *$'\nhost '* ]] || break; sleep 0.05; done
    run_tool ps -a
    has "status of the program" "$out" "$1" && has "its word" "$(cat "$work/state/lorica/run/host/out")" "$2"
    local result=$?
    run_tool rm host
    return $result
}
debug_threads() {
    debug_begin -static || return 1
    gdb_on 2 <<'C'
info threads
thread apply all bt
thread apply all info symbol $pc
detach
C
    is 'status of gdb' "$status" 0 && has thread "$out" 'Thread 3 (debugged)' && has thread "$out" 'Thread 4 (debugged)' &&
        has origin "$out" 'clock_nanosleep + ' && has worker "$out" 'in worker (arg' && has main "$out" 'in main (' || return 1
    gdb_on '' <<'C'
break compute if x == 2
continue
bt
info threads
print x
next
next
print y
stepi
print (long) compute(100)
finish
delete
print forks = 1
print stop = 1
continue
C
    has hit "$out" 'hit Breakpoint 1, compute (x=2)' && has frame "$out" 'in worker (argument=0x2)' && has argument "$out" '$1 = 2' &&
        has step "$out" '$2 = 6' && has 'a call' "$out" '$3 = 300' && has finish "$out" 'Value returned is $4 = 6' &&
        has 'its end' "$out" 'exited with code 07' && debug_end 'status 7' 'done'
}
debug_forks() { # what is a breakpoint here is none in a child, and none is left behind
    debug_begin || return 1 # position independent, with shared libraries: gdb reads them through the connection
    gdb_on 2 <<'C'
info sharedlibrary
break compute if x == 5
print forks = 1
tbreak wait
continue
bt
detach
C
    has libraries "$out" 'libc.so.6' && has 'the parent' "$out" 'in main (' && is 'status of gdb' "$status" 0 || return 1
    gdb_on 2 <<'C'
print stop = 1
detach
C
    is 'status of gdb' "$status" 0 && debug_end 'status 7' 'done, child 15'
}
debug_raise() { # a signal that the program sends itself stops it before the handler, also where nothing else would look
    argument=wait debug_begin || return 1
    gdb_on 2 <<'C'
print raises = 1
continue
print turns
print waits = 0
print stop = 1
handle SIGUSR1 nostop noprint pass
continue
C
    has stop "$out" 'received signal SIGUSR1' && has before "$out" '$2 = 0' && has 'its end' "$out" 'exited with code 07' && debug_end 'status 7' 'raised, done'
}
debug_crash() { # a fault stops the program before it dies of it; then it does
    debug_begin || return 1
    gdb_on 2 <<'C'
print crash = 1
continue
print $_siginfo.si_signo
print $_siginfo._sifields._sigfault.si_addr
info line
bt
continue
C
    has fault "$out" 'received signal SIGSEGV' && has siginfo "$out" $'$2 = 11\n$3 = (void *) 0x8' && has line "$out" 'debugged.c' && has frame "$out" 'main (' &&
        has 'its end' "$out" 'Program terminated with signal SIGSEGV' && debug_end 'status 139' ready
}
debug_interrupt() { # Ctrl-C, and gdb that goes away while the program stands
    debug_begin || return 1
    mkfifo "$work/type"
    "$lorica" debug --attach host < "$work/type" > "$work/out" 2>&1 &
    local gdb=$!
    exec 7> "$work/type"
    printf 'set pagination off\ncontinue\n' >&7
    for _ in $(seq 1000); do grep -q Continuing "$work/out" && break; sleep 0.05; done
    for _ in $(seq 1000); do kill -INT $gdb; grep -q 'received signal SIGINT' "$work/out" && break; sleep 0.2; done
    echo 'info threads' >&7
    for _ in $(seq 1000); do grep -q 'Thread 4' "$work/out" && break; sleep 0.05; done
    out=$(cat "$work/out")
    kill -KILL $gdb
    exec 7>&-
    wait $gdb 2> /dev/null
    has stop "$out" 'received signal SIGINT' && has threads "$out" 'Thread 4' || return 1
    gdb_on 2 <<'C'
print stop = 1
detach
C
    is 'status of gdb' "$status" 0 && debug_end 'status 7' done
}
debug_refused() {
    linux true
    background host bash -c 'echo ready; while :; do sleep 0.1; done' || return 1
    run_tool debug --attach host x
    is status "$status" 125 && has message "$err" 'no number of a process' || return 1
    run_tool debug --attach nowhere
    is 'no such machine' "$status" 3 || return 1
    gdb_on 99 <<'C'
info threads
C
    has 'no such process' "$out" 'Remote connection closed' || return 1
    "$lorica" kill host > /dev/null
    "$lorica" rm host > /dev/null
}

check 'debug: threads, breakpoints, steps, calls, the end' debug_threads
check 'debug: a child has no breakpoints' debug_forks
check 'debug: raise' debug_raise
check 'debug: a fault' debug_crash
check 'debug: Ctrl-C, and gdb killed' debug_interrupt
check 'debug: what is refused' debug_refused
