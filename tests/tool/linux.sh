# SPDX-License-Identifier: MIT
# linux.sh - cases with Linux programs on the real machine: it behaves like a process. Sourced by run.
# shellcheck shell=bash disable=SC2154,SC2034,SC1010,SC2015,SC2016

linux() { real run --timeout 60 "$@"; }

linux_hello() {
    linux true # makes the root, and says so
    linux bash -c 'echo hello from $(uname -s)'; is status "$status" 0 && is stdout "$out" 'hello from Linux' && is stderr "$err" ''
}
linux_streams() { linux bash -c 'echo out; echo err >&2'; is stdout "$out" out && is stderr "$err" err; }
linux_status() { linux bash -c 'exit 41'; is status "$status" 41; }
linux_signal() { linux bash -c 'kill -SEGV $$'; is status "$status" 139; }
linux_pipe() { echo '2+2' > "$work/sum"; input=$work/sum linux bc; is status "$status" 0 && is stdout "$out" 4; }
linux_bulk() {
    head -c 3000000 /dev/urandom > "$work/noise"
    input=$work/noise linux cat
    is status "$status" 0 && cmp -s "$work/noise" "$work/out" || { why='3 MB through cat are not the same'; return 1; }
}
linux_reader_gone() {
    (export LORICA_QEMU=$recorder; "$lorica" run --timeout 60 yes 2> "$work/err"; echo $? > "$work/s") | head -n 1 > "$work/out"
    is line "$(cat "$work/out")" y && is status "$(cat "$work/s")" 141
}
linux_not_found() { linux no-such-program; is status "$status" 127 && has message "$err" 'no-such-program: not found'; }
linux_not_executable() { linux /etc/passwd; is status "$status" 126 && has message "$err" '/etc/passwd'; }
linux_env() { real run --timeout 60 --env A=b --env 'C=d e' bash -c 'echo $A $C $HOME'; is stdout "$out" 'b d e /root'; }
linux_arguments() { linux bash -c 'printf "[%s]" "$@"' x 'a b' '' $'c\nd' '"e\' 'ü'; is stdout "$out" $'[a b][][c\nd]["e\\][ü]'; }
linux_host_program() {
    cat > "$work/prog.c" <<'C'
#include <stdio.h>
#include <unistd.h>
int main(int count, char **argument)
{
    char where[4096];
    printf("%d %s %s %s\n", count, argument[0], argument[1], getcwd(where, sizeof where));
    return 3;
}
C
    local how
    for how in gcc 'gcc -static' 'gcc -static-pie' musl-gcc 'musl-gcc -static'; do
        $how -o "$work/cwd/prog" "$work/prog.c" || { why="$how failed"; return 1; }
        (cd "$work/cwd" && export LORICA_QEMU=$recorder && "$lorica" run --timeout 60 ./prog x y) > "$work/out" 2> "$work/err" < /dev/null
        is "status ($how)" $? 3 && is "stdout ($how)" "$(cat "$work/out")" "3 ./prog x $work/cwd" || { why="$why $(cat "$work/err")"; return 1; }
    done
}
linux_two_at_once() {
    (export LORICA_QEMU=$recorder; "$lorica" run --timeout 60 bash -c 'echo one' < /dev/null > "$work/one" 2> "$work/err1") &
    local other=$!
    linux bash -c 'echo two'
    wait "$other"
    is one "$(cat "$work/one")" one && is two "$out" two
}
linux_timeout() {
    real run --timeout 2 bash -c 'while :; do :; done'
    is status "$status" 124 && has message "$err" 'time limit of 2 s'
}
linux_term() { # SIGTERM reaches the program, which has a trap
    : > "$work/out"
    (export LORICA_QEMU=$recorder; exec "$lorica" run --timeout 60 bash -c 'trap "echo got it; exit 5" TERM; echo ready; while :; do sleep 0.1; done') \
        < /dev/null > "$work/out" 2> "$work/err" &
    pid=$!
    for _ in $(seq 1000); do [ -s "$work/out" ] && break; sleep 0.05; done
    kill -TERM "$pid"
    finish
    is status "$status" 5 && is stdout "$out" $'ready\ngot it'
}
linux_int() { # SIGINT without a trap ends the program
    : > "$work/out"
    (export LORICA_QEMU=$recorder; exec "$lorica" run --timeout 60 bash -c 'echo ready; exec cat') < <(sleep 60) > "$work/out" 2> "$work/err" &
    pid=$!
    for _ in $(seq 1000); do [ -s "$work/out" ] && break; sleep 0.05; done
    sleep 0.2
    kill -INT "$pid"
    finish
    is status "$status" 130
}
typed() { # typed COMMAND TEXT...: each TEXT is typed at a terminal that runs COMMAND, a second apart
    local command=$1
    shift
    (sleep 2; for text; do printf '%b' "$text"; sleep 1; done) |
        (export LORICA_QEMU=$recorder; timeout 90 script -qec "$command; echo status \$?" /dev/null) > "$work/out" 2>&1
    out=$(tr -d '\r' < "$work/out")
}
linux_terminal() {
    command -v script > /dev/null || { why='util-linux (script) is not installed'; return 1; }
    typed "stty rows 31 cols 87; $lorica run --timeout 60" 'stty size 2>/dev/null || echo $LINES $COLUMNS\n' 'cat\n' 'abc\n' '\003' 'echo got $?\n' 'exit 6\n'
    has size "$out" '31 87' && has echo "$out" $'abc\nabc' && has interrupted "$out" '^C' && has 'status of cat' "$out" 'got 130' && has status "$out" 'status 6'
}
linux_no_machine_left() { # none of the machines started above still runs
    local pid left=
    [ -s "$work/machines" ] || { why='no machine was recorded'; return 1; }
    while read -r pid; do
        gone "$pid" || left="$left $pid"
    done < "$work/machines"
    is 'machines left' "$left" ''
}

check 'linux: hello' linux_hello
check 'linux: streams stay apart' linux_streams
check 'linux: exit status' linux_status
check 'linux: ended by a signal' linux_signal
check 'linux: echo 2+2 to bc' linux_pipe
check 'linux: 3 MB in and out' linux_bulk
check 'linux: the reader goes away' linux_reader_gone
check 'linux: not found' linux_not_found
check 'linux: not executable' linux_not_executable
check 'linux: environment' linux_env
check 'linux: arguments arrive as they are' linux_arguments
check 'linux: programs of this machine, five ways to link' linux_host_program
check 'linux: two machines at once' linux_two_at_once
check 'linux: a busy loop meets the time limit' linux_timeout
check 'linux: SIGTERM and a trap' linux_term
check 'linux: SIGINT' linux_int
check 'linux: a terminal' linux_terminal
check 'linux: no machine is left' linux_no_machine_left
