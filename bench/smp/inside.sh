# SPDX-License-Identifier: MIT
# inside.sh - the parallel jobs, each between two marks; the clock's seconds are for the eye. Run by bash.
export PATH=/bench:/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp LC_ALL=C TIMEFORMAT=%R
cd /tmp || exit 1
wanted() { case " ${only:-$1} " in *" $1 "*) ;; *) return 1 ;; esac; }
timed() { # timed NAME COMMAND...
    local name=$1 seconds
    shift
    mark
    seconds=$({ time "$@" > /tmp/output 2>&1 || echo failed; } 2>&1)
    mark
    echo "row $name $seconds"
    case $seconds in *failed*) tail -n 3 /tmp/output ;; esac
}
wanted hash && timed hash /bench/hash 200
if wanted pigz; then
    seq 1 500000 > numbers
    timed pigz pigz -p 2 -c numbers
    rm numbers
fi
if wanted make; then
    mkdir make && cd make
    for i in $(seq 8); do
        { echo '#include <stdio.h>'; echo '#include <stdlib.h>'; for f in $(seq 40); do
            printf 'int f%d_%d(int x) { for (int i = 0; i < x; i++) { x += i * %d; if (x & 1) printf("%%d", x); } return abs(x); }\n' "$i" "$f" "$f"; done; } > p$i.c
    done
    printf 'all: $(patsubst %%.c,%%.o,$(wildcard p*.c))\n%%.o: %%.c ; gcc -O2 -c $< -o $@\n' > Makefile
    gcc -c p1.c -o warm && timed make make -s -j2
    cd ..
fi
if wanted postgres; then
    mkdir run && chmod 777 . run
    cat > job.sh <<'J'
export PATH=/usr/lib/postgresql/15/bin:$PATH PGHOST=/tmp/run PGUSER=me TIMEFORMAT=%R
initdb -D /tmp/run/data -A trust -U me > /tmp/run/init 2>&1 || cat /tmp/run/init
pg_ctl -D /tmp/run/data -o "-k /tmp/run -h ''" -w -l /tmp/run/log start > /dev/null || tail -n 20 /tmp/run/log
pgbench -i -q -s 2 postgres > /dev/null 2>&1
pgbench -n -S -c 2 -j 2 -t 20 postgres > /dev/null 2>&1
mark; pgbench -n -S -c 2 -j 2 -t 2500 postgres > /dev/null 2>&1 || echo failed; mark; echo row postgres_select
mark; pgbench -n -c 2 -j 2 -t 400 postgres > /dev/null 2>&1 || echo failed; mark; echo row postgres
pg_ctl -D /tmp/run/data -m fast stop > /dev/null
J
    perl -e '$( = 65534; $) = "65534 65534"; $< = 65534; $> = 65534; exec "bash", "job.sh"'
fi
