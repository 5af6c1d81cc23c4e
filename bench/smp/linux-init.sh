#!/usr/bin/busybox sh
# SPDX-License-Identifier: MIT
# linux-init.sh - first process of the Linux side: the file systems and the interface that programs need, the jobs, power off.
export PATH=/usr/bin:/usr/sbin
busybox mount -t proc proc /proc
busybox mount -t devtmpfs dev /dev
busybox mount -t sysfs sys /sys
busybox mount -t tmpfs tmp /tmp
busybox mkdir -p /dev/shm
busybox mount -t tmpfs shm /dev/shm
busybox ip link set lo up
read -r only < /bench/only
export only
bash /bench/inside.sh 2>&1
busybox poweroff -f
