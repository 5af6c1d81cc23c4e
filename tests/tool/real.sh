# SPDX-License-Identifier: MIT
# real.sh - cases with the real QEMU, kernel and init: what the fake machine cannot show. Sourced by run.
# shellcheck shell=bash disable=SC2154,SC2034,SC1010,SC2015

# The real QEMU, its process id noted.
recorder=$work/recorder
printf '#!/bin/sh\necho $$ >> %s/machines\nexec qemu-system-x86_64 "$@"\n' "$work" > "$recorder"
chmod +x "$recorder"
real() {
    LORICA_QEMU=$recorder "$lorica" "$@" > "$work/out" 2> "$work/err" < "${input:-/dev/null}"
    status=$?
    out=$(tr -d '\0' < "$work/out") err=$(cat "$work/err")
}

app() { real run --timeout 60 --app hello; is status "$status" 0 && has output "$out" 'hello from an exokernel' && is stderr "$err" ''; }
app_two_cpus() { real run --timeout 60 --cpus 2 --app hello; is status "$status" 0 && has output "$out" 'on 2 CPUs'; }
app_little_memory() { real run --timeout 60 --memory 64 --app hello; is status "$status" 0 && has output "$out" 'hello from an exokernel'; }
disk() { # what goes in through one run is in the file, and comes out through the next
    truncate -s 4M "$work/disk,image" && head -c 100000 "$lorica" > "$work/in"
    input=$work/in real run --timeout 60 --app nvme --disk "$work/disk,image" nvme write 65536
    is 'status of write' "$status" 0 && is stderr "$err" '' || return 1
    tail -c +65537 "$work/disk,image" | head -c 100000 | cmp -s - "$work/in" || { why='the file does not have the bytes'; return 1; }
    head -c 65536 "$work/disk,image" | tr -d '\0' | grep -q . && { why='the bytes before were changed'; return 1; }
    real run --timeout 60 --app nvme --disk "$work/disk,image" nvme read 65536 100000
    is 'status of read' "$status" 0 && { cmp -s "$work/out" "$work/in" || { why='other bytes came back'; return 1; }; } || return 1
    real run --timeout 60 --app nvme --disk "$work/disk,image" nvme read 4194304 1
    is 'status beyond the end' "$status" 125 && has reason "$err" 'beyond the end of the disk'
}
disk_refused() {
    real run --disk "$work/no disk" --app nvme
    is status "$status" 125 && has reason "$err" 'No such file' && has remedy "$err" 'truncate -s' || return 1
    real run --disk "$work" --app nvme
    is status "$status" 125 && has reason "$err" 'neither a file nor a disk' || return 1
    : > "$work/empty"
    real run --disk "$work/empty" true
    is status "$status" 125 && has reason "$err" 'the Linux LibOS has no driver'
}
app_argument() { # a number that is none is named, and not taken for another
    real run --timeout 60 --app udp-echo udp-echo 65537
    is status "$status" 125 && has what "$err" '`65537`, is no port' || return 1
    real run --timeout 60 --app kv-ash kv-ash 1x
    is status "$status" 125 && has what "$err" '`1x`, is no port' && hasnt blame "$err" 'bug in Lorica'
}
app_log() { real run --timeout 60 -v --app hello; is status "$status" 0 && has kernel "$err" 'kernel: lorica: 1 CPU'; }
app_icount() { # the same number of instructions every time
    real run --timeout 60 --accel icount -v --app hello
    local first
    first=$(grep -o 'entered at tsc [0-9]*' "$work/err")
    real run --timeout 60 --accel icount -v --app hello
    is status "$status" 0 && has count "$first" 'entered at tsc' && is 'second run' "$(grep -o 'entered at tsc [0-9]*' "$work/err")" "$first"
}
manifest_error() {
    printf 'instance a\n  libos hello\n  memory rest\n  colour blue\n' > "$work/bad.m"
    real run --timeout 60 --manifest "$work/bad.m"
    is status "$status" 125 && has place "$err" "lorica: $work/bad.m:4:" && has key "$err" colour
}
kernel_no_kernel() {
    real run --timeout 60 --kernel /bin/true --app hello
    is status "$status" 125 && has message "$err" 'QEMU ended with status 1'
}
accel_auto() { # whatever this machine can do, a run works and says in one line what it uses
    real run --timeout 60 -v --app hello
    is status "$status" 0 && is lines "$(grep -c '^lorica: KVM: ' "$work/err")" 1
}
scripts() { # what dpkg and update-alternatives make inside is in the root, and their own files are not
    real run --timeout 120 --package lua5.4 lua -e 'print(6 * 7); print((io.open("/usr/bin/dpkg")), (io.open("/lorica-configure")))'
    is status "$status" 0 && is output "$out" "42
nil	nil" && has progress "$err" 'configuring 1 package' || return 1
    real run --timeout 120 --package lua5.4 readlink /usr/bin/lua /etc/alternatives/lua-interpreter
    is status "$status" 0 && is links "$out" "/etc/alternatives/lua-interpreter
/usr/bin/lua5.4" && is messages "$err" ''
}
scripts_users() { # adduser, too
    real run --timeout 120 --package mosquitto sh -c 'grep -c ^mosquitto: /etc/passwd; stat -c %U /var/lib/mosquitto'
    is status "$status" 0 && is output "$out" "1
mosquitto"
}
pack() { # a packed root has the same files and runs the same programs
    local all='cd / && find usr/lib usr/bin etc -type f | sort | while read -r f; do sha256sum "$f"; stat -c "%s %a" "$f"; done
        dd if=/usr/bin/lua5.4 bs=7777 skip=3 2> /dev/null | cksum; cp /usr/bin/lua5.4 /tmp/lua && /tmp/lua -e "print(6 * 7)"
        printf x | dd of=/tmp/lua bs=1 seek=50000 conv=notrunc 2> /dev/null; cksum /tmp/lua
        truncate -s 20001 /usr/bin/lua5.4; truncate -s 60000 /usr/bin/lua5.4; cksum /usr/bin/lua5.4'
    real run --timeout 120 --package lua5.4 sh -c "$all"
    is 'status, plain' "$status" 0 && has lua "$out" '
42
' && has libraries "$out" libc.so.6 || return 1
    cp "$work/out" "$work/plain"
    real run --timeout 120 --pack --package lua5.4 sh -c "$all"
    is 'status, packed' "$status" 0 && is messages "$err" '' && { why=$(diff "$work/plain" "$work/out"); }
}
pack_redis() {
    real run --timeout 120 --pack --package redis-server sh -c '
        redis-server --save "" --appendonly no > /tmp/log & until redis-cli ping > /dev/null 2>&1; do :; done
        redis-cli set a packed; redis-cli get a; redis-cli eval "return 6 * 7" 0; redis-cli shutdown nosave; wait'
    is status "$status" 0 && is output "$out" "OK
packed
42"
}
debug() {
    command -v gdb > /dev/null || { why='gdb is not installed'; return 1; }
    printf 'frames\ninfo line exo_main\nhbreak slice_start\ncontinue\nenvs\nslices\npt $rip\ncaps\nevents\nframes\ndelete\ncontinue\n' > "$work/gdb.in"
    (export LORICA_QEMU=$recorder; timeout 60 "$lorica" debug --app hello < "$work/gdb.in" > "$work/out" 2>&1)
    is status $? 0 || return 1
    out=$(cat "$work/out")
    has early "$out" 'has not booted far enough' && has breakpoint "$out" ', slice_start (' && has env "$out" 0x400000 &&
        has slices "$out" 'CPU 0 positions' && has pt "$out" 'level 1 table' && has events "$out" create && has frames "$out" 'free' &&
        has symbols "$out" 'apps/hello.c' && has program "$out" 'hello from an exokernel' && is 'temporary files' "$(ls "$work/tmp")" ''
}

check 'real: an app' app
check 'real: an app on two CPUs' app_two_cpus
check 'real: an app in 64 MiB' app_little_memory
check 'real: a disk keeps what is written to it' disk
check 'real: disks that cannot be had' disk_refused
check 'real: an argument that is no number' app_argument
check 'real: the kernel log with -v' app_log
check 'real: --accel icount repeats exactly' app_icount
check 'real: a wrong manifest, file and line named' manifest_error
check 'real: a kernel that is none' kernel_no_kernel
check 'real: --accel auto' accel_auto
check 'real: installation scripts make links' scripts
check 'real: installation scripts make users' scripts_users
check 'real: a packed root has the same files' pack
check 'real: redis from a packed root' pack_redis
check 'real: debug with gdb' debug
