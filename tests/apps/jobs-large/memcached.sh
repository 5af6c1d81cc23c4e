# SPDX-License-Identifier: MIT
# memcached.sh - four threads, one client after another and eight at once
memcached -u root -t 4 -l 127.0.0.1 -p 11211 & server=$!
for _ in $(seq 300); do (exec 3<> /dev/tcp/127.0.0.1/11211) 2> /dev/null && break; sleep 0.1; done
ask() { exec 3<> /dev/tcp/127.0.0.1/11211; printf '%s\r\n' "$@" quit >&3; tr -d '\r' <&3; exec 3<&-; }
ask 'set greeting 5 0 5' hello 'get greeting' 'set n 0 0 2' 41 'incr n 1' 'delete greeting' 'get greeting' nonsense
for i in $(seq 8); do (ask "set k$i 0 0 1" "$i" "get k$i" > out$i) & clients="$clients $!"; done; wait $clients
for i in $(seq 8); do cat out$i; done
kill $server; wait $server; echo "memcached: $?"
