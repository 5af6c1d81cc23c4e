# SPDX-License-Identifier: MIT
# redis-disk.sh - redis-server with its append-only file and BGSAVE: killed, started again, nothing lost; a rewrite of the file
start() { redis-server --port 6380 --bind 127.0.0.1 --dir "$PWD" --appendonly yes --appendfsync always --save "" "$@" >> redis.log 2>&1 & server=$!
    for _ in $(seq 300); do ask ping 2> /dev/null | grep -q PONG && break; sleep 0.1; done; }
ask() { redis-cli -p 6380 "$@"; }
until_zero() { for _ in $(seq 300); do [ "$(ask info persistence | tr -d '\r' | sed -n "s/^$1://p")" = 0 ] && break; sleep 0.1; done; }
start
seq 1 3000 | sed 's/.*/set key& value&/' | ask --pipe | tail -1
ask rpush list a b c > /dev/null; ask hset hash f 1 g 2 > /dev/null; ask set passing x ex 1000 > /dev/null
ask bgsave; until_zero rdb_bgsave_in_progress; ask info persistence | tr -d '\r' | grep rdb_last_bgsave_status; [ -s dump.rdb ] && head -c 5 dump.rdb; echo
redis-check-rdb dump.rdb | grep -cE 'RDB looks OK|keys read'
ask incrby counter 5
kill -9 $server; wait $server; echo "killed: $?"
start; ask dbsize; ask get counter; ask lrange list 0 -1; ask get key2999
ask bgrewriteaof; until_zero aof_rewrite_in_progress; ask info persistence | tr -d '\r' | grep aof_last_bgrewrite_status
ls appendonlydir | sed 's/aof\.[0-9]*/aof.N/' | sort; ask del key1; ask shutdown; wait $server; echo "ended: $?"
start; ask dbsize; ask exists key1; ask shutdown nosave; wait $server; echo "ended: $?"
rm -r appendonlydir; start --appendonly no --dbfilename dump.rdb; ask dbsize; ask shutdown nosave; wait $server
