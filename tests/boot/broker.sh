# SPDX-License-Identifier: MIT
# broker.sh - part of tests/boot/run: memory goes from one instance to another, asked for or by force. Uses init.sh.

holder=holder=build/tests/boot/apps/holder.elf

# pressure HOW DEADLINE: an instance that has all but 8 MiB reserved, and one that comes when all is taken and needs 64 MiB
pressure() {
    printf 'instance big\n  libos holder\n  memory rest\n  reserve 8M\n  share 3\n  deadline %s\n  arg %s\n' "$2" "$1" > "$work/text"
    printf 'instance late\n  libos holder\n  memory 64M\n  share 3\n  after big writes\n  arg taker\n' >> "$work/text"
    kernel=build/lorica-test.elf
    build/boot-archive "$work/$1.cpio" init=build/init.elf "manifest=$work/text" $holder
    boot 1 "$work/$1.cpio" "$work/$1.log" 120 -m 128
    last=$?
    kernel=
    has "$1" "init: instance big is asked for" "the holder is asked"
    has "$1" "taker: its memory is right" "the other one gets its reservation, clean"
    has "$1" "instance late ended: kind 0, code 0" "and ends well"
    ! grep -q 'audit: [^0]' "$work/$1.log" && grep -q 'audit: 0 violations' "$work/$1.log"
    result $? "init: $1: the audit finds nothing"
    result "$last" "init: $1: the machine is turned off"
}
pressure good 3600000
has good "holder: grew again by as much" "what it gave comes back when the other one has ended"
has good "instance big ended: kind 0, code 4" "nothing is taken from who answers"
pressure deaf 50
has deaf "instance big: 16" "frames are taken by force"
has deaf "holder: lost frames, told which, the guaranteed page has 5a5a" "it is told, and keeps what is guaranteed"
has deaf "instance big ended: kind 0, code 5" "it goes on"
pressure mapped 50
has mapped "holder: lost pages: all were marked" "it can tell what it has lost"
has mapped "instance big ended: kind 0, code 6" "it goes on"
pressure tables 50
has tables "kind 2, code 125: instance big: it did not give memory back, and" "who makes its memory untakeable is ended"
