# SPDX-License-Identifier: MIT
# exec.sh - cases about `lorica exec`: programs in a machine that runs. Sourced by run.
# shellcheck shell=bash disable=SC2154,SC2034,SC1010,SC2015,SC2016

inside() { # inside WORDS...: exec in the machine `host`
    timeout 60 "$lorica" exec host "$@" > "$work/out" 2> "$work/err" < "${input:-/dev/null}"
    status=$?
    out=$(tr -d '\0' < "$work/out") err=$(cat "$work/err")
}
exec_begin() { linux true && background host bash -c 'echo ready; while :; do sleep 0.1; done'; }
exec_streams() {
    exec_begin || return 1
    inside bash -c 'echo out; echo err >&2; exit 7'
    is status "$status" 7 && is stdout "$out" out && is stderr "$err" err || return 1
    echo 2+2 > "$work/sum"
    input=$work/sum inside bc
    is status "$status" 0 && is stdout "$out" 4 || return 1
    inside bash -c 'kill -SEGV $$'
    is 'status of a crash' "$status" 139 || return 1
    inside no-such-program
    is 'not found' "$status" 127 && has message "$err" 'no-such-program: not found' || return 1
    inside /etc/passwd
    is 'not executable' "$status" 126 || return 1
    timeout 60 "$lorica" exec -e A=b -w /tmp host bash -c 'pwd; echo $A $HOME; echo again > /dev/stdout' > "$work/out" 2>&1 < /dev/null
    is environment "$(cat "$work/out")" $'/tmp\nb /root\nagain' || return 1
    timeout 60 "$lorica" exec -w /nowhere host pwd > "$work/out" 2>&1 < /dev/null
    is 'no directory' $? 127 && has directory "$(cat "$work/out")" '/nowhere: no such directory'
}
exec_bulk() { # both ways, more than any buffer holds; the reader comes late
    head -c 2000000 /dev/urandom > "$work/noise"
    timeout 100 "$lorica" exec host cat < "$work/noise" 2> "$work/err" | { sleep 1; cat; } > "$work/out"
    cmp -s "$work/noise" "$work/out" || { why="2 MB through cat are not the same: $(wc -c < "$work/out") $(cat "$work/err")"; return 1; }
}
exec_together() { # two at once do not see each other's bytes, and the machine's own program goes on
    timeout 60 "$lorica" exec host seq 1 20000 > "$work/one" 2>&1 < /dev/null &
    local other=$!
    inside seq 20001 40000
    wait "$other"
    is one "$(md5sum < "$work/one")" "$(seq 1 20000 | md5sum)" && is two "$(md5sum < "$work/out")" "$(seq 20001 40000 | md5sum)" || return 1
    run_tool ps
    has machine "$out" 'host  '
}
exec_gone() { # who starts it goes away: SIGHUP, and no harm to the machine
    timeout -s KILL 3 "$lorica" exec host bash -c 'trap "echo gone > /tmp/gone; exit" HUP; echo ready; while :; do sleep 0.1; done' > "$work/out" 2> "$work/err" < /dev/null
    for _ in $(seq 100); do inside cat /tmp/gone; [ "$status" = 0 ] && break; sleep 0.1; done
    is told "$out" gone || return 1
    timeout 60 "$lorica" exec host yes 2> "$work/err" < /dev/null | head -n 1 > "$work/out"
    is 'reader gone' "$(cat "$work/out")" y || return 1
    for _ in $(seq 100); do run_tool ps; [[ $out == *' yes'* ]] || break; sleep 0.1; done
    hasnt 'yes is gone' "$out" '  yes' && has machine "$out" 'host  '
}
exec_terminal() { # -t: size and its change, echo, Ctrl-C to the foreground, job control, the end of a session
    command -v script > /dev/null || { why='util-linux (script) is not installed'; return 1; }
    typed "stty rows 31 cols 87; TERM=vt100 $lorica exec -t host bash --norc -i; echo status \$?" 'stty size; echo $TERM; tty\n' 'cat\n' 'abc\n' '\003' \
        'echo got $?\n' 'sleep 100\n' '\032' 'jobs\n' 'kill %1; wait; seq 2000 | tail -n 1; exit 6\n'
    has size "$out" $'31 87\nvt100\n/dev/pts/' && has echo "$out" $'abc\nabc' && has interrupted "$out" '^C' && has 'status of cat' "$out" 'got 130' &&
        has stopped "$out" 'Stopped' && has output "$out" $'\n2000' && has status "$out" 'status 6' || return 1
    inside bash -c 'tty; ls /dev/pts | wc -l' # without -t there is none
    has 'no terminal' "$out" 'not a tty' || return 1
    timeout 60 "$lorica" exec -t host true > "$work/out" 2> "$work/err" < /dev/null
    is 'no terminal here' $? 125 && has message "$(cat "$work/err")" '-t needs a terminal'
}
exec_signal_passed() {
    : > "$work/out"
    timeout 60 "$lorica" exec host bash -c 'trap "echo got it; exit 5" TERM; echo ready; while :; do sleep 0.1; done' > "$work/out" 2> "$work/err" < /dev/null &
    pid=$!
    for _ in $(seq 1000); do [ -s "$work/out" ] && break; sleep 0.05; done
    kill -TERM "$pid" # timeout passes it on
    wait "$pid"
    has said "$(cat "$work/out")" 'got it'
}
exec_traced() { # strace of a machine that runs: from now until it is left, one at a time
    timeout -s INT 60 "$lorica" strace --attach host -e execve,write -o "$work/attached" 2> "$work/err" &
    local tracer=$!
    for _ in $(seq 300); do inside echo seen; grep -q seen "$work/attached" && break; sleep 0.1; done
    refused 4 'host is traced already' strace --attach host
    local refusal=$?
    kill -INT "$tracer"
    wait "$tracer"
    [ "$refusal" = 0 ] || return 1
    has first "$(cat "$work/attached")" 'execve("/usr/bin/echo", ["echo", "seen"], ' && has write "$(cat "$work/attached")" 'write(1, "seen\n", 5)' || return 1
    inside bash -c 'echo alive'
    is 'goes on' "$out" alive && hasnt 'nothing more' "$(cat "$work/attached")" alive || return 1
    timeout -s INT 2 "$lorica" strace --attach host -c > "$work/out" 2> "$work/err"
    has table "$(cat "$work/err")" clock_nanosleep
}
exec_wrong() {
    refused 125 'name a machine and a program' exec host && refused 3 'no machine named nosuch' exec nosuch ls || return 1
    run_tool kill host
    run_tool exec host ls
    is status "$status" 4 && has message "$err" 'has ended already, with status 137' && run_tool rm host
}

check 'exec: streams, statuses, environment' exec_streams
check 'exec: 2 MB in and out' exec_bulk
check 'exec: two at once' exec_together
check 'exec: the client goes away' exec_gone
check 'exec: a terminal' exec_terminal
check 'exec: signals' exec_signal_passed
check 'exec: strace of a machine that runs' exec_traced
check 'exec: wrong words, and a machine that has ended' exec_wrong
check 'linux: no machine is left' linux_no_machine_left
