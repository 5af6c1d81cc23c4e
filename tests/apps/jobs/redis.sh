# SPDX-License-Identifier: MIT
# redis.sh - redis-server with its clients: TCP, a path, a pipe of commands, the benchmark
redis-server --port 6379 --bind 127.0.0.1 --unixsocket $PWD/redis.sock --save "" --appendonly no > redis.log 2>&1 &
server=$!
for _ in $(seq 300); do redis-cli ping 2>/dev/null | grep -q PONG && break; sleep 0.1; done
redis-cli set greeting hello; redis-cli get greeting
redis-cli incr counter; redis-cli incrby counter 41
redis-cli rpush list a b c; redis-cli lrange list 0 -1
redis-cli -s $PWD/redis.sock get greeting
seq 1 2000 | sed 's/.*/set key& value&/' | redis-cli --pipe | tail -1
redis-cli dbsize
redis-benchmark -q -n 2000 -c 10 -t set,get 2>&1 | tr '\r' '\n' | grep -c 'requests per second'
redis-cli shutdown nosave; wait $server; echo "server: $?"
