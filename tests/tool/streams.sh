# SPDX-License-Identifier: MIT
# streams.sh - cases about streams, signals, time, statuses and leftovers; sourced by run.
# shellcheck shell=bash disable=SC2154,SC2034,SC1010,SC1007,SC2015,SC2054,SC1003,SC2010,SC2012

streams_apart() {
    fake 'out:to out\n' 'err:to err\n' 'out:again\n' exit:0 done
    is status "$status" 0 && is stdout "$out" $'to out\nagain' && is stderr "$err" 'to err'
}
status_of() { fake "exit:$1" done; is status "$status" "$1"; }
status_zero() { status_of 0; }
status_seven() { status_of 7; }
status_255() { status_of 255; }
status_signal() { fake killed:11 done; is status "$status" 139 && is stderr "$err" ''; }
status_signal_verbose() { options=(-v); fake killed:11 done; has stderr "$err" 'signal 11 (Segmentation fault)'; }
status_not_found() { fake 'fail:127:nosuch: not found in the root' done; is status "$status" 127 && is stderr "$err" 'lorica: nosuch: not found in the root'; }
status_not_executable() { fake 'fail:126:x: not executable' done; is status "$status" 126; }
status_failed() { fake 'fail:125:manifest:3:7: unknown key' done; is status "$status" 125 && has reason "$err" 'manifest:3:7: unknown key' && has log "$err" "$work/state/lorica/last.log"; }
status_absurd() { fake 'fail:3:odd' done; is status "$status" 125; }
json() {
    options=(-o json)
    fake 'out:x' killed:9 done
    is status "$status" 137 && has json "$err" '"status": 137, "signal": 9, "reason": null, "accel": "tcg", "boot_ms": ' &&
        has json "$err" '"wall_ms": '
    python3 -c 'import json, sys; json.loads(sys.argv[1])' "$err" 2> /dev/null || { command -v python3 > /dev/null && why="not JSON: $err" && return 1; }
    return 0
}
json_missing() {
    options=(-o json)
    fake 'log:bash (2): not implemented: socket(family 1); it got ENOSYS' 'log:x (3): not implemented: rseq(a 1)' 'log:y (4): not implemented: socket(2)' 'log:other' exit:0 done
    has json "$err" '"missing_syscalls": ["socket", "rseq"]}'
}
json_escapes() {
    options=(-o json)
    fake $'fail:127:a "b" \\ c' done
    has json "$err" '"reason": "a \"b\" \\ c"'
}
input_echo() {
    seq 1 200000 > "$work/numbers"
    input=$work/numbers fake echo exit:0 done
    is status "$status" 0 && cmp -s "$work/numbers" "$work/out" || { why="output differs from input"; return 1; }
}
input_pipe() { out=$(printf 'a\nb\n' | "$lorica" run --root "$work/root" --kernel "$lorica" --libos "$lorica" x echo exit:0 done); is stdout "$out" $'a\nb'; }
input_closed() {
    "$lorica" run --root "$work/root" --kernel "$lorica" --libos "$lorica" x echo out:end exit:0 done > "$work/out" 2> "$work/err" <&-
    is status $? 0 && is stdout "$(cat "$work/out")" end
}
input_credit() {
    head -c 200000 /dev/zero > "$work/zeros"
    input=$work/zeros fake hoard exit:0 done
    is stdout "$out" 'hoarded 32768'
}
input_given_back() { # what the program did not take is there for the next reader
    { "$lorica" run --root "$work/root" --kernel "$lorica" --libos "$lorica" x sleep:200 exit:0 done > /dev/null 2> "$work/err"; read -r line; } < "$work/numbers"
    is 'next line' "$line" 1
}
output_big() {
    "$lorica" run --root "$work/root" --kernel "$lorica" --libos "$lorica" x big:20000000 exit:0 done 2> "$work/err" | { sleep 0.3; wc -c; } > "$work/n"
    is bytes "$(tr -d ' ' < "$work/n")" 20000000
}
output_acknowledged() { # a guest that waits for acknowledgements gets them, and never for more than it sent
    options=(--timeout 20)
    fake bounded:5000000 exit:0 done
    is status "$status" 0 && is bytes "${#out}" 5000000 && is content "$(tr -d y < "$work/out")" ''
}
output_closed() { # the reader goes away: as a process, ended by SIGPIPE
    { timeout 20 "$lorica" run --root "$work/root" --kernel "$lorica" --libos "$lorica" x big:20000000 hang 2> "$work/err"; echo $? > "$work/s"; } | head -c 10 > /dev/null
    is status "$(cat "$work/s")" 141 && is stderr "$(cat "$work/err")" ''
}
output_full() {
    "$lorica" run --root "$work/root" --kernel "$lorica" --libos "$lorica" x out:text exit:0 done > /dev/full 2> "$work/err"
    is status $? 125 && has message "$(cat "$work/err")" 'standard output' && has remedy "$(cat "$work/err")" 'try: make room'
}
output_before_end() { # bytes written right before the machine ends are not lost
    fake big:300000 'out:last' exit:0 done
    is bytes "${#out}" 300004
}
messages_quiet() { fake 'log:from the LibOS' 'serial:from the kernel\n' 'complain:from qemu' exit:0 done; is stderr "$err" '' && grep -q 'libos: from the LibOS' "$work/state/lorica/last.log" && grep -q 'kernel: from the kernel' "$work/state/lorica/last.log"; }
messages_verbose() { options=(-v); fake 'log:from the LibOS' 'summary:ENOSYS: 3\ntwo' 'serial:from the kernel\n' exit:0 done; has libos "$err" 'libos: from the LibOS' && has kernel "$err" 'kernel: from the kernel' && has summary "$err" $'summary: ENOSYS: 3\nsummary: two' && is stdout "$out" ''; }
messages_escape() { options=(-v); fake $'log:a\033]0;b' exit:0 done; has 'harmless' "$err" 'libos: a?]0;b'; }

timeout_hit() {
    options=(--timeout 0.5)
    local before=$SECONDS
    fake who hang
    is status "$status" 124 && has message "$err" 'time limit of 0.5 s' && gone "$out" &&
        { [ $((SECONDS - before)) -lt 5 ] || { why='took too long'; return 1; }; }
}
timeout_blocked() { # the limit holds while nobody reads the output
    { timeout 20 "$lorica" run --timeout 0.5 --root "$work/root" --kernel "$lorica" --libos "$lorica" x big:10000000 2> "$work/err"; echo $? > "$work/s"; } | sleep 2
    is status "$(cat "$work/s")" 124
}
boot_limit() { LORICA_BOOT_SECONDS=1 fake nohello hang; is status "$status" 125 && has message "$err" 'did not boot within 1 s'; }
panic() { fake 'serial:kernel panic: frame: count went below zero\nat 0x1234\n' sleep:50 quit:171; is status "$status" 125 && has reason "$err" 'kernel panic: frame: count went below zero' && has tail "$err" 'at 0x1234' && has log "$err" 'last.log'; }
panic_before_hello() { fake nohello 'serial:kernel panic: early\n' quit:171; is status "$status" 125 && has reason "$err" 'kernel panic: early'; }
qemu_fails() { fake nohello 'complain:qemu: no such device' quit:1; is status "$status" 125 && has reason "$err" 'QEMU ended with status 1: qemu: no such device'; }
qemu_memory() { # the machine is too large for this one
    fake nohello "complain:qemu: cannot set up guest memory 'pc.ram': Cannot allocate memory" quit:1
    is status "$status" 125 && has remedy "$err" 'try: a smaller --memory'
}
qemu_killed() { fake abort; is status "$status" 125 && has reason "$err" 'ended by signal 6'; }
qemu_missing() { LORICA_QEMU=$work/none fake; is status "$status" 125 && has reason "$err" "cannot start $work/none" && has remedy "$err" 'apt-get install qemu'; }
off_early() { fake out:x quit:0; is status "$status" 125 && has reason "$err" 'before its program ended'; }
done_without_exit() { fake done; is status "$status" 125 && has reason "$err" 'without saying how'; }
frame_long() { fake frame:2:16385; is status "$status" 125 && has reason "$err" 'a frame of 16385 bytes'; }
frame_unknown() { fake frame:77:0; is status "$status" 125 && has reason "$err" 'unknown frame type 77'; }
frame_early() { fake nohello out:x; is status "$status" 125 && has reason "$err" 'before HELLO'; }
frame_short_exit() { fake frame:5:0; is status "$status" 125 && has reason "$err" 'EXIT'; }
hello_version() { fake nohello hello:9; is status "$status" 125 && has reason "$err" 'channel version 9' && has remedy "$err" 'lorica build'; }
hello_twice() { fake hello; is status "$status" 125 && has reason "$err" 'HELLO'; }

start() { # start STEP...: in the background; $pid; waits until the fake machine has printed its ids
    : > "$work/out" # not what the case before left
    "$lorica" run --timeout 60 --root "$work/root" --kernel "$lorica" --libos "$lorica" x who "$@" > "$work/out" 2> "$work/err" < /dev/null &
    pid=$!
    for _ in $(seq 1000); do [ -s "$work/out" ] && break; sleep 0.05; done
}
finish() { wait "$pid"; status=$?; out=$(cat "$work/out"); err=$(cat "$work/err"); }
# Background jobs of a shell without job control ignore SIGINT; the tool must not inherit that.
signal_passed() { # signal_passed NAME NUMBER
    start signal exit:3 done
    kill -"$1" "$pid"
    finish
    is status "$status" 3 && has output "$out" "signal $2"
}
signal_term() { signal_passed TERM 15; }
signal_hup() { signal_passed HUP 1; }
signal_quit() { signal_passed QUIT 3; }
signal_int() { signal_passed INT 2; }
signal_twice() {
    start hang
    kill -TERM "$pid"
    sleep 0.3
    kill -TERM "$pid"
    finish
    is status "$status" 143 && gone "$out"
}
signal_int_twice() {
    start hang
    kill -INT "$pid"
    sleep 0.3
    kill -INT "$pid"
    finish
    is status "$status" 130 && gone "$out"
}
signal_before_boot() {
    "$lorica" run --root "$work/root" --kernel "$lorica" --libos "$lorica" x nohello hang > "$work/out" 2> "$work/err" < /dev/null &
    pid=$!
    sleep 0.5
    kill -TERM "$pid"
    finish
    is status "$status" 143
}
killed_tool() { # even SIGKILL leaves no machine behind
    start hang
    kill -KILL "$pid"
    finish 2> /dev/null
    sleep 0.3
    gone "$out"
}
stopped_tool() { # SIGTSTP stops the machine too, SIGCONT lets it go on
    set -m # a process group of its own: SIGTSTP does nothing to an orphaned one, which this script may be in
    start sleep:1000 'out:after\n' exit:0 done
    set +m
    local machine tries
    machine=$(head -n 1 "$work/out")
    machine=${machine%% *}
    kill -TSTP "$pid"
    for tries in $(seq 100); do # until both have stopped; the comparison below fails if they never do
        [ "$(awk '{ print $3 }' "/proc/$pid/stat" "/proc/$machine/stat" | tr -d '\n')" = TT ] && break
        sleep 0.1
    done
    local tool_state machine_state
    tool_state=$(awk '{ print $3 }' "/proc/$pid/stat")
    machine_state=$(awk '{ print $3 }' "/proc/$machine/stat")
    kill -CONT "$pid"
    finish
    is 'state of the tool' "$tool_state" T && is 'state of the machine' "$machine_state" T && is status "$status" 0 &&
        has output "$out" after
}
nothing_left() { # after all of the above: no temporary file, no machine, logs only where they belong
    is 'temporary files' "$(ls "$work/tmp")" '' &&
        is 'state' "$(cd "$work/state/lorica" && ls | tr '\n' ' ')" 'last.log last.why run '
}
two_at_once() { # a second run has its own log, gone when it succeeds
    start sleep:700 exit:0 done
    "$lorica" run --root "$work/root" --kernel "$lorica" --libos "$lorica" x log:second exit:0 done < /dev/null 2> "$work/err2"
    local second=$?
    finish
    is 'second status' "$second" 0 && is 'first status' "$status" 0 &&
        is 'logs left' "$(cd "$work/state/lorica" && ls | tr '\n' ' ')" 'last.log last.why run '
}
arguments_real() { fake arguments exit:0 done; has socket "$out" 'socket,id=ch,fd=' && has initrd "$out" '-initrd /proc/self/fd/' && has reboot "$out" '-no-reboot'; }
terminal() { # under a terminal: raw mode, tty lines, window size; restored afterwards
    command -v script > /dev/null || { why='util-linux (script) is not installed'; return 1; }
    cat > "$work/tty.sh" <<T
stty rows 33 cols 99
stty -a > $work/before
$lorica run --root $work/root --kernel $lorica --libos $lorica x manifest exit:5 done
echo "status \$?"
stty -a > $work/after
T
    script -qec "sh $work/tty.sh" /dev/null < /dev/null > "$work/out" 2>&1
    out=$(cat "$work/out")
    has tty "$out" 'tty stdin' && has tty "$out" 'tty stderr' && has window "$out" 'window 33 99' &&
        has status "$out" 'status 5' && is 'terminal restored' "$(diff "$work/before" "$work/after")" '' && has term "$out" 'env TERM='
}
probe_boots() { # the probe kernel itself works (under emulation)
    command -v qemu-system-x86_64 > /dev/null || { why='qemu is not installed'; return 1; }
    timeout 20 qemu-system-x86_64 -M q35 -nodefaults -no-reboot -display none -monitor none -m 64 -cpu max \
        -accel tcg -device isa-debug-exit,iobase=0xf4,iosize=4 -kernel build/tools/probe.elf > "$work/out" 2>&1
    is status $? 99
}

check 'streams: output and error stay apart' streams_apart
check 'status: 0' status_zero
check 'status: 7' status_seven
check 'status: 255' status_255
check 'status: signal 11 is 139, silent' status_signal
check 'status: signal 11 explained with -v' status_signal_verbose
check 'status: not found, 127' status_not_found
check 'status: not executable, 126' status_not_executable
check 'status: Lorica failed, 125, with reason and log' status_failed
check 'status: an absurd code counts as 125' status_absurd
check 'json: after a run' json
check 'json: quoting' json_escapes
check 'json: calls that are missing' json_missing
check 'input: 1.3 MB come back unchanged' input_echo
check 'input: a pipe' input_pipe
check 'input: closed descriptor 0 is the end of input' input_closed
check 'input: never more than the credit' input_credit
check 'input: a file is left where the program stopped' input_given_back
check 'output: 20 MB to a slow reader' output_big
check 'output: frames are acknowledged' output_acknowledged
check 'output: closed pipe, 141' output_closed
check 'output: full disk, 125' output_full
check 'output: nothing lost at the end' output_before_end
check 'messages: to the log file' messages_quiet
check 'messages: to standard error with -v' messages_verbose
check 'messages: control characters are harmless' messages_escape
check 'timeout: 124, machine gone' timeout_hit
check 'timeout: also while output is blocked' timeout_blocked
check 'boot: never greets' boot_limit
check 'panic: reason, last messages, log' panic
check 'panic: before the greeting' panic_before_hello
check 'qemu: fails to start a machine' qemu_fails
check 'qemu: too little memory here' qemu_memory
check 'qemu: crashes' qemu_killed
check 'qemu: not installed' qemu_missing
check 'machine: turns off early' off_early
check 'machine: done without exit' done_without_exit
check 'protocol: frame too long' frame_long
check 'protocol: unknown frame' frame_unknown
check 'protocol: frame before HELLO' frame_early
check 'protocol: short EXIT' frame_short_exit
check 'protocol: other version' hello_version
check 'protocol: HELLO twice' hello_twice
check 'signal: SIGTERM is passed on' signal_term
check 'signal: SIGHUP is passed on' signal_hup
check 'signal: SIGQUIT is passed on' signal_quit
check 'signal: SIGINT is passed on' signal_int
check 'signal: SIGTERM twice ends the machine, 143' signal_twice
check 'signal: SIGINT twice ends the machine, 130' signal_int_twice
check 'signal: before the machine runs' signal_before_boot
check 'signal: SIGKILL of the tool leaves nothing' killed_tool
check 'signal: SIGTSTP and SIGCONT' stopped_tool
check 'two runs at once' two_at_once
check 'qemu: arguments' arguments_real
check 'terminal: size, raw mode, restored' terminal
check 'probe kernel boots' probe_boots
check 'nothing is left behind' nothing_left
