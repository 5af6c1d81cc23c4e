# SPDX-License-Identifier: MIT
# grep.sh - regular expressions of each kind, over made-up logs
for i in $(seq 1 300); do echo "2024-01-$(printf %02d $((i % 28 + 1))) host$((i % 5)) $([ $((i % 7)) = 0 ] && echo ERROR || echo info) request $i took $((i * 37 % 1000)) ms"; done > log
grep -c ERROR log; grep -v info log | head -n 2; grep -n 'request 1[0-9] ' log | head -n 3; grep -o 'host[0-9]' log | sort | uniq -c
grep -E '(took 9[0-9]{2} ms)$' log | wc -l; grep -P '(?<=took )\d{3}(?= ms)' -o log | head -n 3; grep -F 'request 5 ' log; grep -iw error log | tail -n 1
grep -A1 -B1 'request 42 ' log; grep -q nothing log; echo "status $?"; grep x missing; echo "status $?"; grep -E '(' log; echo "status $?"
mkdir -p src/sub; echo 'int main(void)' > src/a.c; echo 'main loop' > src/sub/b.txt; grep -rn main src | sort; grep -rl --include='*.c' main src; grep -L main src/a.c log
printf 'a\0b' | grep -c a; printf 'bin\0ary' | grep ary; grep -m 2 -b info log; echo aXbXc | grep -o '[^X]*'; egrep -c 'host(1|2)' log 2> /dev/null
