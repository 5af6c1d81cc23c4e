# SPDX-License-Identifier: MIT
# postgres.sh - a database cluster made, used by clients at once, a backend killed, recovery, stopped; not as root
mkdir run && chmod 777 . run
cat > job.sh <<J
export PATH=/usr/lib/postgresql/15/bin:\$PATH PGHOST=$PWD/run PGUSER=me
initdb -D $PWD/run/data -A trust -U me > $PWD/run/init 2>&1 || tail -3 $PWD/run/init
pg_ctl -D $PWD/run/data -o "-k $PWD/run -h ''" -w -l $PWD/run/log start > /dev/null || tail -5 $PWD/run/log
psql -d postgres -Atc "create table t(a int primary key, b text); insert into t select n, md5(n::text) from generate_series(1, 20000) n; select count(*), sum(a), max(b) from t"
for i in 1 2 3; do psql -d postgres -Atc "begin; update t set b = 'client' where a = \$i; commit; select b from t where a = \$i" > client\$i & done; wait; cat client1 client2 client3
pgbench -i -q -s 1 postgres > /dev/null 2>&1; pgbench -c 4 -j 2 -t 100 postgres 2> /dev/null | grep -E 'processed|failed'
[ -z "$FULL" ] || pgbench -c 4 -j 2 -T 30 postgres 2> /dev/null | grep -E 'duration|failed'
psql -d postgres -Atc "select (select sum(abalance) from pgbench_accounts) = (select sum(bbalance) from pgbench_branches)"
psql -d postgres -Atc "select pg_sleep(100)" > /dev/null 2>&1 & sleeper=\$!
for _ in \$(seq 100); do backend=\$(psql -d postgres -Atc "select pid from pg_stat_activity where query like 'select pg_sleep%'"); [ -n "\$backend" ] && break; sleep 0.1; done
kill -9 \$backend; wait \$sleeper; echo "its client: \$?"
for _ in \$(seq 100); do psql -d postgres -Atc "select count(*) from t" 2> /dev/null && break; sleep 0.1; done
psql -d postgres -Atc "select * from none" 2>&1 | head -1; vacuumdb -q postgres; pg_ctl -D $PWD/run/data -m fast stop | tail -1
J
perl -e '$( = 65534; $) = "65534 65534"; $< = 65534; $> = 65534; exec "bash", "job.sh"'
