# SPDX-License-Identifier: MIT
# findutils.sh - find with tests and actions, xargs with its options
mkdir -p t/a/b t/c/d t/empty; for f in t/1.txt t/a/2.txt t/a/b/3.c t/c/4.txt t/c/d/5.h; do echo "$f" > $f; done; chmod 600 t/1.txt; ln -s ../1.txt t/c/link; head -c 5000 /dev/zero > t/big
find t | sort; find t -name '*.txt' -printf '%p %s %m %y\n' | sort; find t -type d -empty; find t -size +4k; find t -type l -printf '%p -> %l\n'; find t -perm 600 -type f
find t -maxdepth 1 -mindepth 1 | sort; find t -path '*/a/*' | sort; find t -regex '.*/[0-9]\.[ch]' | sort; find t -newer t/1.txt -name big; find t -name '*.txt' ! -name '1*' | sort; find t \( -name '*.c' -o -name '*.h' \) | sort
find t -name '*.txt' -exec cat {} + | sort; find t -name '*.c' -exec sh -c 'echo "found $1"' x {} \; 2> /dev/null || find t -name '*.c' -exec bash -c 'echo "found $1"' x {} \;; find t -depth -name b -prune -o -name 3.c -print
find t -type f -print0 | sort -z | xargs -0 -n 2 echo; seq 1 10 | xargs -n 4 echo; seq 1 5 | xargs -I{} echo 'item {}'; seq 1 6 | xargs -P 3 -n 1 echo | sort; echo 'a "b c" d' | xargs printf '<%s>'; echo
printf 'x\n' | xargs false; echo "status $?"; printf 'x\n' | xargs bash -c 'exit 255'; echo "status $?"; printf 'x\n' | xargs no-such-command; echo "status $?"; xargs -r echo never < /dev/null; find missing; echo "status $?"
find t -name '*.txt' -delete; find t -type f | sort; find t -size -1 -type f -links 1 | wc -l; find t -samefile t/big; find / -maxdepth 1 -name proc
