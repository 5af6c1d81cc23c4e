# SPDX-License-Identifier: MIT
# script.sh - cases about the `lorica` script at the top: where it runs, what it needs. Sourced by run.
# shellcheck shell=bash disable=SC2154,SC2034,SC2015

script_anywhere() { # from another directory, through a link
    ln -sfn "$PWD/lorica" "$work/linked"
    out=$(cd "$work/cwd" && LORICA_NO_BUILD=1 "$work/linked" --version 2>&1)
    is output "$out" "$("$lorica" --version)"
}
script_arguments() { # arguments arrive as they are
    out=$(LORICA_NO_BUILD=1 ./lorica run --kernel "$lorica" --dry-run 'two words' '' '*' 2>&1)
    has first "$out" 'arg "two words"' && has empty "$out" 'arg ""' && has star "$out" 'arg "*"'
}
pretend() { # pretend USER COMMAND...: as if almost nothing were installed and USER's number were that
    mkdir -p "$work/pretend"
    printf '#!/bin/sh\nprintf " gcc:installed make:installed qemu-system-x86:config-files"\nexit 1\n' > "$work/pretend/dpkg-query"
    printf '#!/bin/sh\necho %s\n' "$1" > "$work/pretend/id"
    printf '#!/bin/sh\necho "$*" >> %s/apt.calls\necho apt talks\nexit %s\n' "$work" "${apt_status:-0}" > "$work/pretend/apt-get"
    chmod +x "$work/pretend"/*
    shift
    PATH=$work/pretend:$PATH "$@" > "$work/out" 2> "$work/err"
    status=$? out=$(cat "$work/out") err=$(cat "$work/err")
}
script_no_root() {
    rm -f "$work/apt.calls"
    pretend 1000 ./lorica help
    is status "$status" 125 && has why "$err" 'not installed yet: binutils' && is 'apt calls' "$(cat "$work/apt.calls" 2> /dev/null)" '' &&
        has command "$err" '  sudo apt-get install -y --no-install-recommends binutils' && has qemu "$err" qemu-system-x86 && hasnt make "$err" ' make '
}
script_installs() {
    rm -f "$work/apt.calls"
    pretend 0 ./lorica help
    is status "$status" 0 && has verbs "$out" 'verbs:' && is 'apt calls' "$(wc -l < "$work/apt.calls")" 1 &&
        has install "$(cat "$work/apt.calls")" 'install -y --no-install-recommends binutils' && hasnt quiet "$err" 'apt talks'
}
script_install_fails() {
    apt_status=1 pretend 0 ./lorica help
    is status "$status" 125 && has output "$err" 'apt talks' && has remedy "$err" 'check the network' && is stdout "$out" ''
}
script_not_ours() { # a finished build that the user cannot write to is used as it is
    [ "$(id -u)" = 0 ] || return 0 # root makes the other user
    mkdir -p "$work/theirs"
    chmod 755 "$work" "$work/theirs"
    cp lorica "$work/theirs/"
    printf 'all tools:\n' > "$work/theirs/Makefile"
    mkdir -p "$work/theirs/build/tools"
    printf '#!/bin/sh\necho "verb $1"\n' > "$work/theirs/build/tools/lorica"
    chmod 755 "$work/theirs/build/tools/lorica"
    out=$(setpriv --reuid 65534 --regid 65534 --clear-groups "$work/theirs/lorica" help 2>&1)
    is output "$out" 'verb help' || return 1
    printf 'all tools: build/made\nbuild/made:\n\t@touch build/made\n' > "$work/theirs/Makefile"
    out=$(setpriv --reuid 65534 --regid 65534 --clear-groups "$work/theirs/lorica" help 2>&1)
    is status $? 125 && has message "$out" "lorica: $work/theirs is not built, or not up to date"
}

check 'script: from anywhere, through a link' script_anywhere
check 'script: arguments unchanged' script_arguments
check 'script: the build of another user' script_not_ours
check 'script: packages missing, not root: the exact command' script_no_root
check 'script: packages missing, root: installed quietly' script_installs
check 'script: installing fails' script_install_fails
