# SPDX-License-Identifier: MIT
# memory.sh - memory that moves between Linux instances of one manifest; sourced by run.
# shellcheck shell=bash disable=SC2154,SC2034,SC1010,SC2015

# pressure HOW: an instance whose program holds all memory, and one that comes then and needs 64 MiB
pressure() {
    mkdir -p "$work/roots/a/bin" "$work/roots/b/bin" "$work/roots/a/tmp"
    [ -x "$work/roots/a/bin/memory" ] ||
        musl-gcc -static -O1 -o "$work/roots/a/bin/memory" tests/tool/programs/memory.c || { why='musl-gcc failed'; return 1; }
    cp "$work/roots/a/bin/memory" "$work/roots/b/bin/"
    printf 'instance big\n  libos linux\n  root roots/a\n  memory rest\n  reserve 48M\n  deadline 3600000\n  share 3\n  arg /bin/memory\n  arg %s\n' "$1" > "$work/memory.m"
    printf 'instance late\n  libos linux\n  root roots/b\n  memory 64M\n  share 3\n  after big writes\n  arg /bin/memory\n  arg taker\n' >> "$work/memory.m"
    real run --timeout 120 --memory 160 -v --manifest "$work/memory.m"
    has taker "$out" 'taker: its memory is right' && has holder "$out" 'memory went away' && has back "$out" 'memory came back' &&
        has kept "$out" 'what it kept is right' && hasnt force "$err" 'by force' && is status "$status" 0
}
memory_free() { pressure free; }
memory_zeros() { pressure zeros && hasnt zeros "$out" 'no zeros' && hasnt kill "$err" 'is killed'; }
memory_child() { pressure child && has child "$out" 'its child was killed' && has log "$err" 'memory is asked back'; }

check 'memory: free pages go to another instance, and come back' memory_free
check 'memory: pages of zeros go without anybody noticing' memory_zeros
check 'memory: the largest process goes when nothing else is left' memory_child
