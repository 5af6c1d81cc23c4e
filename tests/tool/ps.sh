# SPDX-License-Identifier: MIT
# ps.sh - cases about machines in the background: run -d, ps, logs, stop, kill, rm. Sourced by run.
# shellcheck shell=bash disable=SC2154,SC2034,SC1010,SC2015,SC2016

background() { # background NAME PROGRAM...: starts it and waits for its first word
    local name=$1
    shift
    real run -d --timeout 120 -n "$name" "$@"
    is "status of -d" "$status" 0 && is name "$out" "$name" || { why="$why $err"; return 1; }
    for _ in $(seq 1000); do [ -s "$work/state/lorica/run/$name/out" ] && break; sleep 0.05; done
}
ps_life() {
    linux true # makes the root
    background web bash -c 'echo ready; echo oops >&2; trap "echo bye; exit 4" TERM; while :; do sleep 0.1; done' || return 1
    run_tool ps
    has machine "$out" 'web  ' && has program "$out" '      2      1 ' && has command "$out" 'MiB  bash -c echo ready;' || return 1
    run_tool ps -o json
    python3 -c 'import json, sys; m = json.load(sys.stdin); p = m[0]["processes"]; assert m[0]["name"] == "web" and m[0]["running"] and p[0]["pid"] == 2 and p[0]["ppid"] == 1 and p[0]["resident_kib"] > 500, m' \
        < "$work/out" || { why="not what was expected: $out"; return 1; }
    refused 125 'a machine named web is running' run -n web --root "$work/root" --kernel "$lorica" --libos "$lorica" x || return 1
    refused 4 'lorica stop web' rm web || return 1
    run_tool stop web
    is 'status of stop' "$status" 0 && is stderr "$err" '' || return 1
    run_tool ps
    hasnt ended "$out" web || return 1
    run_tool ps -a
    has ended "$out" 'status 4 ' || return 1
    run_tool logs web
    is out "$out" $'ready\nbye' && has err "$err" oops || return 1
    refused 4 'web has ended already, with status 4' stop web || return 1
    run_tool rm web
    is 'nothing left' "$(ls "$work/state/lorica/run")" ''
}
ps_insist() { # a program that does not care about SIGTERM
    background deaf bash -c 'trap "" TERM; echo ready; while :; do sleep 0.1; done' || return 1
    run_tool stop -t 1 deaf
    is status "$status" 0 && has message "$err" 'ended by force' || return 1
    run_tool ps -a
    has ended "$out" 'status 137' && run_tool rm deaf
}
ps_kill() {
    background prey bash -c 'trap "echo hup" HUP; echo ready; while :; do sleep 0.1; done' || return 1
    run_tool kill -s HUP prey
    for _ in $(seq 400); do grep -q hup "$work/state/lorica/run/prey/out" && break; sleep 0.05; done
    run_tool kill prey
    is status "$status" 0 || return 1
    run_tool logs -f prey
    is out "$out" $'ready\nhup' || return 1
    run_tool ps -a
    has ended "$out" 'status 137' && run_tool rm prey
}
ps_foreground() { # others see it, too; nothing is left of it, also when the tool is killed
    : > "$work/out2"
    (export LORICA_QEMU=$recorder; exec "$lorica" run --timeout 120 -n front bash -c 'echo ready; sleep 100') > "$work/out2" 2> "$work/err2" < /dev/null &
    pid=$!
    for _ in $(seq 1000); do [ -s "$work/out2" ] && break; sleep 0.05; done
    run_tool ps
    has machine "$out" 'front  ' && has sleep "$out" '  sleep 100' || return 1
    refused 4 'a terminal or a pipe of its own' logs front || return 1
    kill -KILL "$pid"
    wait "$pid" 2> /dev/null
    run_tool ps -a
    hasnt machine "$out" front && is 'nothing left' "$(ls "$work/state/lorica/run")" ''
}
ps_instances() { # each instance answers for itself
    printf 'instance one\n libos linux\n root default\n memory 150M\n arg sleep\n arg 77\n env PATH=/usr/bin:/bin\ninstance two\n libos linux\n root default\n memory 150M\n arg sleep\n arg 88\n env PATH=/usr/bin:/bin\n' > "$work/ps.m"
    real run -d --timeout 120 -n pair --manifest "$work/ps.m"
    is status "$status" 0 || { why="$why $err"; return 1; }
    for _ in $(seq 200); do run_tool ps; [[ $out == *'sleep 77'*'sleep 88'* ]] && break; sleep 0.1; done
    [[ $out =~ \ 0\ +2\ +1\ .*sleep\ 77 && $out =~ \ 1\ +2\ +1\ .*sleep\ 88 ]] || { why="$out"; return 1; }
    run_tool stop pair
    is status "$status" 0 && run_tool rm pair
}
ps_wrong() {
    refused 3 'no machine named nosuch' stop nosuch && refused 3 'lorica ps -a' logs nosuch && refused 125 'name a machine' kill &&
        refused 125 'letters, digits' run -n ../x --root "$work/root" --kernel "$lorica" --libos "$lorica" x && refused 125 'cannot be sent' kill -s USR1 x
}

check 'ps: the life of a machine in the background' ps_life
check 'ps: stop insists' ps_insist
check 'ps: signals and kill' ps_kill
check 'ps: a machine in the foreground' ps_foreground
check 'ps: two instances' ps_instances
check 'ps: wrong words' ps_wrong

