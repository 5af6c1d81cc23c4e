#!/bin/sh
# SPDX-License-Identifier: MIT
# inside.sh - the applications' rows, on Linux and on Lorica alike. Each with two amounts of work: the difference is the work itself,
# without the start of programs. The first run of each warms what is cached.
cd /tmp || exit 1
export PATH=/bench:/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp LC_ALL=C PYTHONHASHSEED=0 # dictionaries are laid out alike
wanted() { case " ${only:-$1} " in *" $1 "*) ;; *) return 1 ;; esac; }
rows() { # rows NAME FEW MANY COMMAND...: @ in a word stands for the amount
    name=$1 few=$2 many=$3
    shift 3
    for n in "$few" "$few" "$many"; do
        [ "${seen-}" = "$name" ] && label=$name || label=warm
        seen=$name
        count "$label" "$n" sh -c "$(echo "$*" | sed "s/@/$n/g")"
    done
}
wanted dynamic_true && rows dynamic_true 10 60 'i=0; while [ $i -lt @ ]; do /bin/true; i=$((i+1)); done'
wanted python_start && rows python_start 1 5 'i=0; while [ $i -lt @ ]; do python3 -c pass; i=$((i+1)); done'
wanted lua_loop && rows lua_loop 1 3 'lua5.4 -e "local s = 0 for i = 1, @ * 1000000 do s = s + i % 7 end"'
wanted python_loop && rows python_loop 1 3 'python3 -c "
s = 0
for i in range(@ * 200000): s += i % 7"'
if wanted sha256_16m; then
    head -c 16777216 /dev/zero > zeros
    rows sha256_16m 1 3 'i=0; while [ $i -lt @ ]; do sha256sum zeros; i=$((i+1)); done'
    rm zeros
fi
if wanted sqlite_memory; then
    { echo 'create table t(a integer primary key, b text); begin;'
      i=0; while [ $i -lt 10000 ]; do echo "insert into t(b) values('row number $i');"; i=$((i+1)); done; echo 'commit;'; } > one.sql
    { cat one.sql; sed 's/create.*begin/begin/' one.sql; sed 's/create.*begin/begin/' one.sql; } > three.sql
    count warm 1 sqlite3 -init one.sql :memory: .quit
    count sqlite_memory 1 sqlite3 -init one.sql :memory: .quit
    count sqlite_memory 3 sqlite3 -init three.sql :memory: .quit
fi
if wanted redis; then
    redis-server --port 6379 --save '' --appendonly no --daemonize yes > /dev/null
    while ! redis-cli ping 2> /dev/null | grep -q PONG; do sleep 0.1; done
    redis-cli set key:000000000000 value > /dev/null
    rows redis_get_c10 1000 6000 redis-benchmark -q -c 10 -t get -n @
    rows redis_get_p16 1600 33600 redis-benchmark -q -c 10 -P 16 -t get -n @
    redis-cli shutdown nosave > /dev/null 2>&1
fi
if wanted nginx; then
    mkdir -p www
    head -c 612 /dev/zero | tr '\0' x > www/page
    echo 'worker_processes 1; pid /tmp/n.pid; error_log /tmp/e; events { worker_connections 64; } http { access_log off; keepalive_requests 1000000;
        client_body_temp_path /tmp/b; proxy_temp_path /tmp/p; fastcgi_temp_path /tmp/f; uwsgi_temp_path /tmp/u; scgi_temp_path /tmp/s;
        server { listen 127.0.0.1:8080; root /tmp/www; } }' > nginx.conf
    nginx -c /tmp/nginx.conf
    while ! (exec 3<> /dev/tcp/127.0.0.1/8080) 2> /dev/null && ! ab -n 1 http://127.0.0.1:8080/page > /dev/null 2>&1; do sleep 0.1; done
    rows nginx_keepalive 500 2500 ab -q -k -c 4 -n @ http://127.0.0.1:8080/page
    rows nginx_connections 200 1200 ab -q -c 4 -n @ http://127.0.0.1:8080/page
    nginx -c /tmp/nginx.conf -s stop
fi
echo 'bench apps: end'
