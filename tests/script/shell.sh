#!/bin/busybox sh
# SPDX-License-Identifier: MIT
# shell.sh - what POSIX shell scripts do, with busybox as shell and as every tool; same on Linux and on Lorica.
set -u
export LC_ALL=C
for tool in awk basename cat chmod cut dirname env expr find grep gzip gunzip head ls ln mkdir mktemp md5sum mv od \
    paste readlink rm rmdir sed seq sha256sum sleep sort stat tail tar tee timeout touch tr uniq wc xargs yes; do
    eval "$tool() { /bin/busybox $tool \"\$@\"; }"
done
work=$(mktemp -d) || exit 99
trap 'cd /; rm -rf "$work"; echo "exit trap"' EXIT
cd "$work" || exit 99

echo "--- pipes"
printf '%s\n' pear apple fig apple | sort | uniq -c | sed 's/^ *//'
seq 1 10000 | awk '{ s += $1 } END { print s }'
yes | head -n 3 | tr '\n' '-'; echo
echo through | { read -r word; echo "group read $word"; }

echo "--- redirections"
echo one > file; echo two >> file; cat < file
{ echo to stdout; echo to stderr >&2; } > out 2> err; cat err out
exec 3> third; echo via three >&3; exec 3>&-; cat third
cat missing 2> /dev/null || echo "no such file, status $?"
set -C; (echo x > file) 2> /dev/null || echo "noclobber refused"; set +C

echo "--- here-documents"
name=world
cat << END
hello $name, $((6 * 7)), $(echo nested)
END
cat << 'END'
kept: $name $(echo)
END

echo "--- functions and expansion"
add() { local a=$1 b=$2; result=$((a + b)); return $((result > 9)); }
add 3 4; echo "$result $?"; add 5 6; echo "$result $?"
factorial() { if [ "$1" -lt 2 ]; then echo 1; else echo $(($1 * $(factorial $(($1 - 1))))); fi; }
factorial 10
path=/usr/lib/archive.tar.gz
echo "${path##*/} ${path%%.*} ${path%.gz} ${#path} ${none:-default} ${path:+set}"
set -- a 'b c' d; echo "$# $2 $*"; shift; echo "$1"; for word; do echo "[$word]"; done
echo $((7 / 2)) $((-7 % 3)) $((0xff & 0x0f)) $((1 << 10)) $((5 > 3 ? 1 : 0))

echo "--- globbing"
mkdir -p dir/sub; touch a.c b.c c.h dir/d.c dir/sub/e.c
echo *.c; echo ?.h; echo [ab].c; echo dir/*/*.c; echo nothing*
case archive.tar.gz in *.zip) echo zip ;; *.tar.?z) echo tarball ;; *) echo other ;; esac

echo "--- jobs, signals, statuses"
(exit 3) & first=$!; (exit 0) & second=$!
wait $first; echo "first $?"; wait $second; echo "second $?"
for n in 1 2 3 4 5; do (echo $((n * n)) > "job$n") & done; wait; cat job1 job2 job3 job4 job5 | paste -sd ' '
/bin/busybox sleep 100 & pid=$!; sleep 1; { kill $pid; wait $pid; } 2> /dev/null; echo "killed: $?"
trap 'echo "got USR1"' USR1; kill -USR1 $$; trap - USR1
(trap 'echo "subshell exit"' EXIT; exit 7); echo "status $?"
/bin/busybox sh -c 'trap "echo term; exit 5" TERM; kill -TERM $$; echo never'; echo "status $?"
/bin/busybox sh -c 'kill -KILL $$'; echo "status $?"
/bin/busybox sh -c 'exit 300'; echo "300 is $?"; missing-command 2> /dev/null; echo "missing $?"
touch plain; ./plain 2> /dev/null; echo "not executable $?"
printf '#!/bin/busybox sh\necho "script got $# $*"\nexit 4\n' > script; chmod +x script; ./script a "b c"; echo "status $?"
variable=outer; (variable=inner; cd /; echo "$variable $PWD"); echo "$variable"
! true; echo "not $?"; true && false || echo "and or"
timeout 1 /bin/busybox sleep 5; echo "timeout $?"

echo "--- tools"
seq 1 2000 | gzip -c | gunzip -c | md5sum
seq 1 500 > numbers; sha256sum numbers; od -An -tx1 -N 8 numbers; wc numbers
tar cf all.tar dir numbers; rm -rf dir; tar xf all.tar; find dir | sort; tar tf all.tar | sort
ln -s numbers link; readlink link; ls -l link | cut -c1-10; chmod 640 numbers; stat -c '%a %s %F' numbers
mv numbers renamed; tail -n 2 renamed; cut -c1 renamed | sort | uniq -c | sed 's/^ *//'
grep -c 7 renamed; sed -n '/^99$/,/^101$/p' renamed; expr 6 \* 7; basename "$path" .gz; dirname "$path"
find . -name '*.c' | sort | xargs -n 2 echo; env -i A=1 /bin/busybox env
exit 9
