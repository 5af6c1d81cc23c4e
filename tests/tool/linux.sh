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
linux_late() { # input that comes when everything sleeps
    (sleep 2; echo 2+2) | LORICA_QEMU=$recorder "$lorica" run --timeout 60 bc > "$work/out" 2> "$work/err"
    is status $? 0 && is stdout "$(cat "$work/out")" 4
}
linux_bulk() {
    head -c 3000000 /dev/urandom > "$work/noise"
    input=$work/noise linux cat
    is status "$status" 0 && cmp -s "$work/noise" "$work/out" || { why='3 MB through cat are not the same'; return 1; }
}
linux_slow_reader() { # 3 MB wait for a reader that comes late, and all of them arrive
    LORICA_QEMU=$recorder "$lorica" run --timeout 60 seq 1 500000 2> "$work/err" < /dev/null | { sleep 2; cat; } > "$work/out"
    seq 1 500000 | cmp -s - "$work/out" || { why="$(wc -c < "$work/out") bytes of $(seq 1 500000 | wc -c) arrived, or others"; return 1; }
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
linux_out_of_memory() { # the process that holds most is killed; one that needs a page inside a call goes on, and so does the instance
    cat > "$work/oom.c" <<'C'
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
static long free_kb(void)
{
    FILE *file = fopen("/proc/meminfo", "r");
    char line[100];
    long kb = 0;
    while (fgets(line, sizeof line, file) && sscanf(line, "MemFree: %ld", &kb) != 1)
        continue;
    fclose(file);
    return kb;
}
int main(void)
{
    int tube[2], status;
    char byte;
    pipe(tube);
    pid_t hog = fork();
    if (!hog) {
        while (free_kb() > 20000)
            memset(mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), 1, 1 << 20);
        write(tube[1], "x", 1);
        for (;;)
            pause();
    }
    read(tube[0], &byte, 1);
    char *room = mmap(NULL, 30 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int file = memfd_create("ones", 0); /* not zeros: pages of zeros are given up before a process is */
    static char ones[1 << 20];
    memset(ones, 1, sizeof ones);
    write(file, ones, sizeof ones);
    long done = 0, got;
    while (done < 30 << 20 && (got = pread(file, room + done, 1 << 20, 0)) > 0)
        done += got;
    waitpid(hog, &status, 0);
    printf("%ld, hog killed by %d\n", done >> 20, WTERMSIG(status));
    return 0;
}
C
    gcc -static -o "$work/cwd/oom" "$work/oom.c" 2> /dev/null || { why='gcc failed'; return 1; }
    (cd "$work/cwd" && export LORICA_QEMU=$recorder && "$lorica" run --memory 200 --timeout 60 ./oom) > "$work/out" 2> "$work/err" < /dev/null
    is status $? 0 && is stdout "$(cat "$work/out")" '30, hog killed by 9'
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
linux_port() { # a web server inside, a client outside, and a client inside that reaches a server outside
    port=$((20000 + RANDOM % 10000))
    (export LORICA_QEMU=$recorder; exec "$lorica" run --timeout 60 --port $port:80 bash -c 'seq 200000 > /tmp/numbers; exec busybox httpd -f -p 80 -h /tmp') \
        < /dev/null > "$work/out" 2> "$work/err" &
    pid=$!
    for _ in $(seq 600); do
        kill -0 "$pid" 2> /dev/null || break
        { exec 3<> "/dev/tcp/127.0.0.1/$port" && printf 'GET /numbers HTTP/1.0\r\n\r\n' >&3 && timeout 20 cat <&3 > "$work/answer"; exec 3<&-; } 2> /dev/null
        [ -s "$work/answer" ] && break
        sleep 0.1
    done
    kill -TERM "$pid"
    finish
    sed '1,/^\r$/d' "$work/answer" | cmp -s - <(seq 200000) || { why="$(head -c 200 "$work/answer")"; return 1; }
}
linux_outside() { # 10.0.2.2 is this machine
    port=$((20000 + RANDOM % 10000))
    mkdir -p "$work/www" && seq 50000 > "$work/www/numbers"
    busybox httpd -f -p "127.0.0.1:$port" -h "$work/www" & server=$!
    linux bash -c "busybox wget -q -O - http://10.0.2.2:$port/numbers | tail -n 1"
    kill "$server"; wait "$server" 2> /dev/null
    is status "$status" 0 && is stdout "$out" 50000
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
linux_bad_program() { # programs of the root that cannot run: named, 126 or 127
    local root=$work/badroot
    mkdir -p "$root/bin"
    echo 'int main(void) { return 0; }' > "$work/static.c"
    gcc -static -o "$work/static" "$work/static.c" || { why='gcc failed'; return 1; }
    head -c 3000 "$work/static" > "$root/bin/short"
    cp /bin/true "$root/bin/arm"
    printf '\267\000' | dd of="$root/bin/arm" bs=1 seek=18 conv=notrunc 2> /dev/null
    echo text > "$root/bin/text"
    : > "$root/bin/empty"
    printf '#!/bin/nope\n' > "$root/bin/script"
    cp /bin/true "$root/bin/dynamic"
    cp /bin/true "$root/bin/locked"
    chmod +x "$root/bin"/*
    chmod -x "$root/bin/locked"
    local name want
    for name in short:126 arm:126 text:126 empty:126 locked:126 script:127 dynamic:127 nothing:127; do
        want=${name#*:} name=${name%:*}
        linux --root "$root" "/bin/$name"
        is "status of $name" "$status" "$want" && has "message about $name" "$err" "/bin/$name" || return 1
    done
    has 'interpreter named' "$(linux --root "$root" dynamic; echo "$err")" '/lib64/ld-linux-x86-64.so.2'
}
instances() { # instances FIRST SECOND: two Linux instances, each running bash on a script
    printf 'instance one\n libos linux\n root default\n memory 200M\n share 20\n arg bash\n arg -c\n arg "%s"\n env PATH=/usr/bin:/bin\ninstance two\n libos linux\n root default\n memory 200M\n share 20\n arg bash\n arg -c\n arg "%s"\n env PATH=/usr/bin:/bin\n' "$1" "$2" > "$work/two.m"
    real run --timeout "${limit:-60}" --manifest "$work/two.m"
}
linux_two_instances() { instances 'echo one; exit 3' 'for i in 1 2 3; do echo two $i; done'; is status "$status" 3 && has one "$out" one && has two "$out" $'two 1\ntwo 2\ntwo 3'; }
linux_fork_bomb() { # a neighbour of a fork bomb does its work
    limit=40 instances ':(){ :|:& };:; while :; do :; done' 'for i in 1 2 3 4 5; do echo two $i; sleep 0.2; done; echo two done'
    has neighbour "$out" $'two 5\ntwo done' && hasnt 'kernel' "$err" panic
}
linux_wild() { # a program that writes over everything it can reach ends by a signal; its neighbour does not notice
    cat > "$work/wild.c" <<'C'
#include <stdint.h>
#include <string.h>
#include <signal.h>
#include <setjmp.h>
static sigjmp_buf back;
static void caught(int number) { (void)number; siglongjmp(back, 1); }
int main(void)
{
    signal(SIGSEGV, caught);
    signal(SIGBUS, caught);
    for (uint64_t at = 0x600000000000; at < 0x608000000000; at += 0x3fff000) /* where the LibOS is */
        if (!sigsetjmp(back, 1))
            memset((void *)at, 0xa5, 4096);
    for (uint64_t at = 0xffff800000000000; at >= 0xffff800000000000; at += 0x3fffff000000)
        if (!sigsetjmp(back, 1))
            memset((void *)at, 0xa5, 4096);
    signal(SIGSEGV, SIG_DFL);
    memset((void *)8, 1, 8);
    return 0;
}
C
    gcc -static -O1 -w -o "$work/wild" "$work/wild.c" || return 1
    mkdir -p "$work/wildroot/bin"
    cp "$work/wild" "$work/wildroot/bin/wild"
    printf 'instance one\n libos linux\n root wildroot\n memory 100M\n share 20\n arg /bin/wild\ninstance two\n libos linux\n root default\n memory 200M\n share 20\n arg bash\n arg -c\n arg "for i in 1 2 3 4 5; do sleep 0.1; done; echo fine"\n env PATH=/usr/bin:/bin\n' > "$work/wild.m"
    real run --timeout 60 --manifest "$work/wild.m"
    is stdout "$out" fine && hasnt kernel "$err" panic && { [ "$status" = 139 ] || [ "$status" = 125 ]; } || { why="$why status $status: $err"; return 1; }
}
typed() { # typed COMMAND TEXT...: each TEXT is typed at a terminal that runs COMMAND, a second apart
    local command=$1
    shift
    (sleep 2; for text; do printf '%b' "$text"; sleep 1; done) |
        (export LORICA_QEMU=$recorder; timeout 90 script -qec "$command; echo status \$?" /dev/null) > "$work/out" 2>&1
    out=$(tr -d '\r' < "$work/out")
}
linux_port_nobody() { # a guest that does not listen: one line; a failure of the program's own comes first
    port=$((20000 + RANDOM % 10000))
    real run --timeout 60 --port $port:80 --port $port:53/udp bash -c 'echo done'
    is stdout "$out" done && is status "$status" 125 && is lines "$(grep -c nobody <<< "$err")" 1 &&
        has message "$err" 'lorica: nobody listened at port 80/tcp, where --port leads' || return 1
    real run --timeout 60 --port $port:80 bash -c 'exit 3'
    is status "$status" 3 && is stderr "$err" '' || return 1
    real run --timeout 60 --port $port:81 bash -c 'busybox nc -l -p 81 < /dev/null & until grep -q ":0051 " /proc/net/tcp*; do :; done; kill $!; wait'
    hasnt message "$err" nobody
}
linux_terminal() {
    command -v script > /dev/null || { why='util-linux (script) is not installed'; return 1; }
    typed "stty rows 31 cols 87; $lorica run --timeout 60" 'stty size 2>/dev/null || echo $LINES $COLUMNS\n' 'cat\n' 'abc\n' '\003' 'echo got $?\n' 'exit 6\n'
    has size "$out" '31 87' && has echo "$out" $'abc\nabc' && has interrupted "$out" '^C' && has 'status of cat' "$out" 'got 130' && has status "$out" 'status 6'
}
linux_reflected() { # the share of calls that went through the kernel is told, and is small once sites are rewritten
    printf '#include <unistd.h>\nint main(void) { for (int i = 0; i < 5000; i++) { getppid(); write(-1, "", 1); } return 0; }\n' > "$work/calls.c"
    gcc -O1 -o "$work/cwd/calls" "$work/calls.c" || { why='does not compile'; return 1; }
    local words
    linux -v "$work/cwd/calls"
    read -r -a words <<< "$(sed -n 's/^summary: calls: \([0-9]*\) direct from \([0-9]*\) rewritten sites, \([0-9]*\) reflected .*/\1 \2 \3/p' <<< "$err")"
    [ "${words[0]:-0}" -ge 10000 ] && [ "${words[1]}" -ge 2 ] && [ "${words[2]}" -lt 1000 ] || { why="rewritten: ${words[*]}"; return 1; }
    linux -v --no-rewrite "$work/cwd/calls"
    read -r -a words <<< "$(sed -n 's/^summary: calls: \([0-9]*\) direct from \([0-9]*\) rewritten sites, \([0-9]*\) reflected .*/\1 \2 \3/p' <<< "$err")"
    [ "${words[0]:-1}" = 0 ] && [ "${words[1]}" = 0 ] && [ "${words[2]}" -ge 10000 ] || { why="not rewritten: ${words[*]}"; return 1; }
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
check 'linux: input that comes late' linux_late
check 'linux: 3 MB in and out' linux_bulk
check 'linux: a reader that comes late gets everything' linux_slow_reader
check 'linux: the reader goes away' linux_reader_gone
check 'linux: a port leads to a program' linux_port
check 'linux: a port where nobody listens' linux_port_nobody
check 'linux: a program reaches this machine' linux_outside
check 'linux: not found' linux_not_found
check 'linux: not executable' linux_not_executable
check 'linux: environment' linux_env
check 'linux: arguments arrive as they are' linux_arguments
check 'linux: programs of this machine, five ways to link' linux_host_program
check 'linux: two machines at once' linux_two_at_once
check 'linux: programs of a root that cannot run' linux_bad_program
check 'linux: two instances' linux_two_instances
check 'linux: a fork bomb and its neighbour' linux_fork_bomb
check 'linux: a wild program and its neighbour' linux_wild
check 'linux: out of memory' linux_out_of_memory
check 'linux: a busy loop meets the time limit' linux_timeout
check 'linux: SIGTERM and a trap' linux_term
check 'linux: SIGINT' linux_int
check 'linux: the share of reflected calls' linux_reflected
check 'linux: a terminal' linux_terminal

