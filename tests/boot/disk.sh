# SPDX-License-Identifier: MIT
# disk.sh - part of tests/boot/run: apps/nvme, an NVMe driver without any privilege, behind QEMU's model of Intel's IOMMU.

nvme=nvme=build/apps/nvme.elf
truncate -s 8M "$work/disk"
disk() { # NAME VERB CPUS [QEMU OPTION...]: the manifest's device line is in $device
    name=$1
    printf 'instance main\n  libos nvme\n  memory 32M\n  share 2\n  device %s\n  arg nvme\n  arg %s\n' "$device" "$2" > "$work/text"
    build/boot-archive "$work/$name.cpio" init=build/init.elf "manifest=$work/text" $nvme
    cpus=$3
    shift 3
    boot "$cpus" "$work/$name.cpio" "$work/$name.log" 120 "$@" -drive "if=none,id=disk,format=raw,file=$work/disk" \
        -device nvme,drive=disk,serial=LORICA 2> "$work/$name.err"
    last=$?
}

device=1b36:0010
for cpus in 1 2; do
    disk "nvme$cpus" test $cpus -device intel-iommu,intremap=on
    has "nvme$cpus" "nvme: QEMU NVMe Ctrl, serial number LORICA" "cpus $cpus: the disk says who it is"
    has "nvme$cpus" "nvme: 16384 blocks of 512 bytes" "cpus $cpus: and how large"
    has "nvme$cpus" "accesses refused, nothing changed" "cpus $cpus: it reaches nothing but what it may"
    has "nvme$cpus" "ended: kind 0, code 0" "cpus $cpus: finds itself right"
done
disk levels test 1 -device intel-iommu,intremap=on,aw-bits=48,caching-mode=on,device-iotlb=on
has levels "ended: kind 0, code 0" "with other properties of the IOMMU, too"
disk remapping test 1 -device intel-iommu,intremap=off
has remapping "the machine has no IOMMU" "one that does not remap interrupts counts as none"
disk alone test 1
has alone "the machine has no IOMMU" "and without one there is no device for the untrusted"
device=1b36:0011
disk other test 1 -device intel-iommu,intremap=on
has other "there is no free device 1b36:0011" "a device that is not there"
device='1b36:0010 trusted'
disk trusted test 1
has trusted "nvme: its tables: error 10" "who is trusted gets it; this driver wants an IOMMU all the same"

# It dies in the middle of transfers, again and again: the function is reset, the memory is all there.
device=1b36:0010
printf 'instance main\n  libos nvme\n  memory rest\n  share 2\n  restart on-failure\n  device %s\n  arg nvme\n  arg crash\n' "$device" > "$work/text"
build/boot-archive "$work/crash.cpio" init=build/init.elf "manifest=$work/text" $nvme
: > "$work/crash.log"
kernel=build/lorica-test.elf
boot 1 "$work/crash.cpio" "$work/crash.log" 90 -device intel-iommu,intremap=on -drive "if=none,id=disk,format=raw,file=$work/disk" \
    -device nvme,drive=disk,serial=LORICA 2> "$work/crash.err" & # it never ends by itself
machine=$!
tries=0
while [ "$(grep -c "nvme: crash with" "$work/crash.log")" -lt 4 ] && [ $tries -lt 160 ]; do
    sleep 0.5
    tries=$((tries + 1))
done
kill "$(ps -o pid= --ppid "$machine" | tr -d ' ')" 2> /dev/null
wait "$machine"
kernel=
count=$(grep -c "nvme: crash with" "$work/crash.log")
kinds=$(tr -d '\r' < "$work/crash.log" | grep "nvme: crash with" | sort -u | wc -l)
[ "$count" -ge 4 ] && [ "$kinds" = 1 ]
result $? "disk: restart after a death in the middle of transfers: $count times, with $kinds amount of memory"
cpus=1
