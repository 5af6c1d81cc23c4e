# SPDX-License-Identifier: MIT
# memory.sh - memory that moves between Linux instances of one manifest; sourced by run.
# shellcheck shell=bash disable=SC2154,SC2034,SC1010,SC2015

# pressure HOW [DEADLINE OPTION]: an instance whose program holds all memory, and one that comes then and needs 64 MiB
pressure() {
    mkdir -p "$work/roots/a/bin" "$work/roots/b/bin" "$work/roots/a/tmp"
    [ -x "$work/roots/a/bin/memory" ] ||
        musl-gcc -static -O1 -o "$work/roots/a/bin/memory" tests/tool/programs/memory.c || { why='musl-gcc failed'; return 1; }
    cp "$work/roots/a/bin/memory" "$work/roots/b/bin/"
    printf 'instance big\n  libos linux\n  root roots/a\n  memory rest\n  reserve 48M\n  deadline %s\n  share 3\n  %s\n  arg /bin/memory\n  arg %s\n' "${2-3600000}" "${3-}" "$1" > "$work/memory.m"
    printf 'instance late\n  libos linux\n  root roots/b\n  memory 64M\n  share 3\n  after big writes\n  arg /bin/memory\n  arg taker\n' >> "$work/memory.m"
    real run --timeout 120 --memory 160 -v --manifest "$work/memory.m"
    has taker "$out" 'taker: its memory is right' && has holder "$out" 'memory went away' && has back "$out" 'memory came back' &&
        has kept "$out" 'what it kept is right' && is status "$status" 0
}
given() { pressure "$1" && hasnt force "$err" 'by force'; }
# An instance that does not answer: the other one does not notice. It goes on, or ends with 125 if its LibOS has lost memory of its own.
forced() {
    pressure "$1" 50 'option reclaim 0'
    has taker "$out" 'taker: its memory is right' && has force "$err" 'pages were taken from it by force' || return 1
    case $status in
    125) has reason "$err" 'memory of the LibOS was taken by force' || has reason "$err" 'did not survive the loss of memory' ;;
    *) is status "$status" "$2" ;;
    esac
}
memory_free() { given free; }
memory_zeros() { given zeros && hasnt zeros "$out" 'no zeros' && hasnt kill "$err" 'is killed'; }
memory_child() { given child && has child "$out" 'its child was killed' && has log "$err" 'memory is asked back'; }
memory_deaf() { forced free 0; }
memory_deaf_child() { forced child 0 && { is status "$status" 125 || has child "$out" 'its child was killed'; }; }
memory_deaf_alone() { forced zeros 137; }

check 'memory: free pages go to another instance, and come back' memory_free
check 'memory: pages of zeros go without anybody noticing' memory_zeros
check 'memory: the largest process goes when nothing else is left' memory_child
check 'memory: by force, free pages: the instance goes on' memory_deaf
check 'memory: by force, pages of a process: it is killed, the others go on' memory_deaf_child
check 'memory: by force, pages of the only process: the other instance does not notice' memory_deaf_alone
