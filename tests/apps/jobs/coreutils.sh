# SPDX-License-Identifier: MIT
# coreutils.sh - the everyday tools, each with a small job
seq 1 500 | shuf --random-source=/usr/bin/env | sort -n | uniq | wc -l
seq 1 100 > a; seq 50 150 > b; comm -12 <(sort a) <(sort b) | wc -l; join <(sort a) <(sort b) | head -n 2
cp -a a copy; cmp a copy && echo same; mv copy moved; ln moved hard; ln -s moved soft; stat -c '%n %h %s %a %F' moved hard soft
mkdir -p d/e/f; touch d/e/f/g; chmod 751 d/e; ls -l d | tail -n +2 | cut -c1-10; ls -RF d; rmdir d 2>/dev/null || echo "not empty"; rm -r d
sha1sum a; sha256sum a; sha512sum a | cut -c1-32; md5sum a; b2sum a | cut -c1-32; cksum a; sum a
base64 a | head -n 2; base64 a | base64 -d | cmp - a && echo "base64 round trip"; base32 <<< hello
tr 'a-z' 'n-za-m' <<< "rotate me"; cut -d: -f1,3 /etc/passwd | head -n 1; paste -d+ <(seq 3) <(seq 4 6) | tr '\n' ' '; echo
fold -w 10 <<< "a line that is too long for ten"; fmt -w 20 <<< "some words that are to be filled into short lines"; expand -t 4 <<< $'a\tb'; nl <<< $'x\ny'
head -c 20 a | od -A d -t x1z; split -n l/3 a part-; wc -l part-*; cat part-* | cmp - a && echo "split round trip"; csplit -s a 10 20; wc -l xx*
dd if=/dev/zero of=z bs=4k count=3 status=none; truncate -s 10K z; stat -c %s z; du --apparent-size -b z; tac b | head -n 1; rev <<< abc 2>/dev/null
date -u -d @1000000000 '+%F %T'; date -u -d '2024-02-28 +2 days' +%F; factor 1234567890 97; numfmt --to=iec 123456789; expr 5 + 6; printf '%5.2f\n' 2.5
test 5 -gt 3 && echo greater; [ -e nothing ] || echo absent; true; echo $?; false; echo $?; basename /a/b.c .c; dirname /a/b.c; realpath -m x/../y | sed 's|.*/||'
env -i X=1 env; printenv HOME; id -u; id -un; uname -s; uname -m; nproc > /dev/null && echo nproc; tty; echo "tty $?"; pwd | sed 's|.*/||' | wc -l
timeout 0.3 sleep 10; echo "timeout $?"; timeout -s KILL 0.3 sleep 10; echo "kill $?"; echo $(($(nice -n 5 nice) - $(nice))); nohup true 2> /dev/null; echo "nohup $?"
sort -t: -k2,2n -k1,1 <<< $'b:2\na:2\nc:1'; sort -rn a | sort -c -n; echo "sort -c $?"; tsort <<< $'a b\nb c'; uniq -c <<< $'x\nx\ny'
cat missing; echo "cat $?"; ls missing; echo "ls $?"; rm missing; echo "rm $?"; mkdir a; echo "mkdir $?"; cp a missing/x; echo "cp $?"
yes | head -n 1000 | sha256sum; tee t1 t2 <<< tee > /dev/null; cat t1 t2; mktemp -u XXXX | wc -c; install -m 600 a inst; stat -c %a inst; sync; link a l2 && unlink l2 && echo linked
