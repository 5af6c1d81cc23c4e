# SPDX-License-Identifier: MIT
# net.sh - cases about --net, --port and the network keys of manifests; sourced by run.
# shellcheck shell=bash disable=SC2154,SC2034

net_default() {
    options=(--dry-run)
    fake
    has card "$out" '-netdev user,id=net0 -device virtio-net-pci,disable-legacy=on,netdev=net0,romfile=' &&
        has address "$out" 'address 10.0.2.15/24' && has gateway "$out" 'gateway 10.0.2.2' && has dns "$out" 'dns 10.0.2.3' &&
        has address6 "$out" 'address fec0::15/64' && has gateway6 "$out" 'gateway fec0::2'
}
net_none() {
    options=(--dry-run --net none)
    fake
    hasnt card "$out" virtio-net && hasnt address "$out" 'address '
}
net_socket() {
    options=(--dry-run --net socket:/tmp/a,/tmp/b)
    fake
    has card "$out" 'dgram,id=net0,local.type=unix,local.path=/tmp/a,remote.type=unix,remote.path=/tmp/b' && hasnt address6 "$out" 'address fec0'
}
net_vhost() {
    python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$work/v" || return
    options=(--dry-run --memory 300 --net "vhost-user:$work/v,4")
    fake
    has memory "$out" 'memory-backend-memfd,id=memory,share=on,size=300M' && has socket "$out" "socket,id=vhost,path=$work/v" &&
        has queues "$out" 'vhost-user,id=net0,chardev=vhost,queues=4' && has card "$out" 'mq=on,vectors=10' || return
    options=(--dry-run --net "vhost-user:$work/v")
    fake
    has one "$out" 'vhost-user,id=net0,chardev=vhost,queues=1'
}
net_refused() {
    refused 125 'at most 8 pairs' run --net vhost-user:/tmp/v,9 x && refused 125 'at most 8 pairs' run --net vhost-user: x &&
        refused 125 'at most 8 pairs' run --net vhost-user:/tmp/v,2,3 x && refused 125 'no socket; start' run --net "vhost-user:$work/none" x || return
    refused 125 'user, none, socket:OWN,PEER or vhost' run --net foo x && refused 125 'two paths' run --net socket:a x &&
        refused 125 'two paths' run --net socket:a,b,c x && refused 125 'longer than' run --net "socket:a,$(printf '%0120d' 0)" x
}
port_forms() {
    options=(--dry-run --port 18080:80 --port 18081/udp --port 127.0.0.1:18082:53/udp --port 18083)
    fake
    has tcp "$out" ',hostfwd=tcp:127.0.0.1:18080-10.0.2.15:80' && has same "$out" ',hostfwd=udp:127.0.0.1:18081-10.0.2.15:18081' &&
        has udp "$out" ',hostfwd=udp:127.0.0.1:18082-10.0.2.15:53' && has both "$out" ',hostfwd=tcp:127.0.0.1:18083-10.0.2.15:18083'
}
port_refused() {
    local bad
    for bad in 0:1 1:0 65536:1 1:65536 80:80/sctp :80 80: x 0.0.0.0:80:80 80:80:80 '' 1-2:3; do
        refused 125 'ports from 1 to 65535' run --port "$bad" x || return 1
    done
    refused 125 'given away already by 18080:80' run --port 18080:80 --port 18080:81 x &&
        refused 125 'needs --net user' run --kernel "$lorica" --port 18080:80 --net none x
}
port_in_use() {
    build/tests/tool/fakeqemu hold > "$work/held" &
    local holder=$! port=
    while [ -z "$port" ]; do port=$(cat "$work/held"); done
    refused 125 "port $port/udp of this machine: it is in use" run --root "$work/root" --kernel "$lorica" --libos "$lorica" --port "$port:7/udp" x
    local found=$?
    kill "$holder"
    wait "$holder" 2> /dev/null
    return $found
}
manifest_file() { printf '%s\n' "$@" > "$work/net.manifest"; }
manifest_net() {
    manifest_file 'instance a' ' libos hello' ' memory 16M' ' address 10.0.2.20/24' ' publish 18090:80' 'instance b' ' libos hello' \
        ' memory 16M' ' address fec0::1/64'
    run_tool run --kernel "$lorica" --manifest "$work/net.manifest" --dry-run
    is status "$status" 0 && has forward "$out" 'hostfwd=tcp:127.0.0.1:18090-10.0.2.20:80' && hasnt ipv6 "$out" 'ipv6=off' &&
        hasnt 'publish is the tool'"'"'s' "$out" publish
}
manifest_no_net() {
    manifest_file 'instance a' ' libos hello' ' memory 16M'
    run_tool run --kernel "$lorica" --manifest "$work/net.manifest" --dry-run
    is status "$status" 0 && hasnt card "$out" virtio-net &&
        refused 125 'no instance of' run --kernel "$lorica" --manifest "$work/net.manifest" --port 18090:80 --dry-run
}
manifest_mistakes() { # each names file, line and column before a machine is started
    local text message
    while IFS='|' read -r text message; do
        printf "instance a\n libos hello\n memory 16M\n$text" > "$work/net.manifest"
        refused 125 "net.manifest:$message" run --kernel "$lorica" --manifest "$work/net.manifest" || return 1
    done <<'CASES'
 address 10.0.2\n|4:10: bad address: 10.0.2
 address 10.0.2.15\n|4:10: the address needs the length of its network
 address 224.0.0.1/24\n|4:10: 224.0.0.1/24 is no address of one machine
 address 10.0.2.15/24\n port 0\n|5:7: bad port: 0
 address 10.0.2.15/24\n port 80/icmp\n|5:7: bad port: 80/icmp
 gateway x\n|4:10: bad address: x
 port 80\n|1:1: instance a has ports or name servers but no address
 address 10.0.2.15/24\ninstance b\n libos hello\n memory 1M\n address 10.0.2.15/24\n|5:1: 10.0.2.15 is the address of a and b: name the ports of a
 address 10.0.2.15/24\n port 80\ninstance b\n libos hello\n memory 1M\n address 10.0.2.15/24\n port 80\n|6:1: a and b both want port 80/tcp of 10.0.2.15
 address 10.0.2.15/24\n port 40000\ninstance b\n libos hello\n memory 1M\n address 10.0.2.15/24\n port 80\n|6:1: a shares its address: its port 40000 must be below 32768
 publish 8080:80\n|4: publish 8080:80: instance a has no IPv4 address
CASES
}
check 'net: a program has the user network' net_default
check 'net: none' net_none
check 'net: datagram sockets' net_socket
check 'net: another process has the card' net_vhost
check 'net: bad modes' net_refused
check 'port: all forms' port_forms
check 'port: bad forms' port_refused
check 'port: in use' port_in_use
check 'manifest: addresses and published ports' manifest_net
check 'manifest: no address, no card' manifest_no_net
check 'manifest: mistakes of the network keys' manifest_mistakes
