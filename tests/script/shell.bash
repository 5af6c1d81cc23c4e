#!/bin/bash
# SPDX-License-Identifier: MIT
# shell.bash - what shell scripts do, one thing after another; prints the same on Linux and on Lorica.
set -u
export LC_ALL=C
work=$(mktemp -d) || exit 99
trap 'status=$?; [ $BASHPID = $$ ] && rm -rf "$work" && echo "exit trap, status $status"' EXIT
cd "$work" || exit 99
section() { printf -- '--- %s\n' "$*"; }

section pipes
printf '%s\n' pear apple fig apple | sort | uniq -c | sed 's/^ *//'
seq 1 10000 | awk '{ s += $1 } END { print s }'
yes | head -n 3 | tr '\n' '-'; echo
false | true; echo "status ${PIPESTATUS[0]} ${PIPESTATUS[1]}"
set -o pipefail; false | true; echo "pipefail $?"; set +o pipefail
echo through | { read -r word; echo "group read $word"; }

section redirections
echo one > file; echo two >> file; cat < file
{ echo to stdout; echo to stderr >&2; } > out 2> err; cat err out
{ echo both; echo ways >&2; } > both 2>&1; wc -l < both
exec 3> third; echo via three >&3; exec 3>&-; cat third
exec 4< file; read -r first <&4; read -r second <&4; exec 4<&-; echo "$first+$second"
set -o noclobber; (echo x > file) 2> /dev/null || echo "noclobber refused"; set +o noclobber
cat missing 2> /dev/null || echo "no such file, status $?"
cat <(echo process) <(echo substitution)
echo counted | tee copy1 copy2 > /dev/null; cat copy1 copy2

section here-documents
name=world
cat << END
hello $name, $((6 * 7)), $(echo nested)
END
cat << 'END'
kept: $name $(echo)
END
cat <<- END
	tabs stripped
	END
tr a-z A-Z <<< "here string"

section functions and variables
add() { local a=$1 b=$2; result=$((a + b)); return $((result > 9)); }
add 3 4; echo "$result $?"; add 5 6; echo "$result $?"
factorial() { if (($1 < 2)); then echo 1; else echo $(($1 * $(factorial $(($1 - 1))))); fi; }
factorial 10
path=/usr/lib/archive.tar.gz
echo "${path##*/} ${path%%.*} ${path%.gz} ${#path} ${path/lib/share} ${unset_one:-default} ${path:5:3}"
upper=${name^^}; echo "$upper ${upper,,} ${name@Q}"
readonly fixed=1; (fixed=2) 2> /dev/null || echo "readonly kept"

section arrays
list=(zero one "two words" three)
echo "${#list[@]} ${list[2]} ${list[-1]} ${!list[*]}"
list+=(four); unset 'list[1]'; for item in "${list[@]}"; do printf '[%s]' "$item"; done; echo
declare -A map=([red]=1 [green]=2); map[blue]=3
for key in $(printf '%s\n' "${!map[@]}" | sort); do printf '%s=%s ' "$key" "${map[$key]}"; done; echo
mapfile -t lines < file; echo "${#lines[@]} lines, last ${lines[1]}"

section arithmetic
echo $((7 / 2)) $((-7 % 3)) $((2 ** 20)) $((0xff & 0x0f)) $((1 << 10)) $((5 > 3 ? 1 : 0)) $((010))
for ((i = 0, sum = 0; i <= 100; i++)); do ((sum += i)); done; echo "$sum"
(echo $((1 / 0))) 2> /dev/null || echo "division by zero refused"

section globbing
mkdir -p dir/sub; touch a.c b.c c.h dir/d.c dir/sub/e.c .hidden
echo *.c; echo ?.h; echo [ab].c; echo dir/*/*.c; echo nothing*; echo {x,y}{1..3}
shopt -s globstar nullglob dotglob; echo **/*.c; echo nothing*; echo .h*; shopt -u globstar nullglob dotglob
case archive.tar.gz in *.zip) echo zip ;; *.tar.?z) echo tarball ;; *) echo other ;; esac
[[ archive-12 =~ ^([a-z]+)-([0-9]+)$ ]] && echo "${BASH_REMATCH[1]} ${BASH_REMATCH[2]}"

section background jobs
(exit 3) & first=$!; (exit 0) & second=$!
wait $first; echo "first $?"; wait $second; echo "second $?"
for n in 1 2 3 4 5; do (echo $((n * n)) > "job$n") & done; wait; cat job1 job2 job3 job4 job5 | paste -sd ' '
sleep 100 & pid=$!; sleep 0.3; kill $pid; wait $pid; echo "killed: $?"
sleep 100 & sleep 0.3; kill -STOP $!; kill -CONT $!; kill -9 $!; wait $!; echo "killed: $?"
coproc { while read -r line; do echo "<$line>"; done; }
echo ping >&"${COPROC[1]}"; read -r answer <&"${COPROC[0]}"; echo "$answer"
writer=${COPROC[1]}; exec {writer}>&-; wait; echo "coprocess gone"

section traps and signals
trap 'echo "got USR1"' USR1; kill -USR1 $$; trap - USR1
(trap 'echo "subshell exit"' EXIT; exit 7); echo "status $?"
bash -c 'trap "echo term; exit 5" TERM; kill -TERM $$; echo never'; echo "status $?"
bash -c 'kill -KILL $$'; echo "status $?"
trap '' INT; bash -c 'kill -INT $$; echo "INT ignored"'; trap - INT
trap 'echo "failed: $BASH_COMMAND"' ERR; false; trap - ERR
(sleep 0.1; kill -USR2 $$) & trap 'woken=yes' USR2; wait $!; wait; echo "woken ${woken:-no}"; trap - USR2

section subshells and statuses
variable=outer; (variable=inner; cd /; echo "$variable $PWD"); echo "$variable"
text=$(echo trailing newlines; echo; echo); echo "[$text]"
! true; echo "not $?"; true && false || echo "and or"
bash -c 'exit 300'; echo "300 is $?"; missing-command 2> /dev/null; echo "missing $?"
touch plain; ./plain 2> /dev/null; echo "not executable $?"
printf '#!/bin/bash\necho "script $0 got $# $*"\nexit 4\n' > script; chmod +x script; ./script a "b c"; echo "status $?"
env -i A=1 B=2 env | sort; env -u name true; echo "env $?"
if ! grep -q two file; then echo absent; elif grep -q one file; then echo present; fi
until [ "${tries:=0}" -ge 3 ]; do tries=$((tries + 1)); done; echo "$tries tries"
echo "a:b:c" | while IFS=: read -r x y z; do echo "$z$y$x"; done
eval 'echo "evaluated $((1 + 1))"'; echo "${RANDOM:+random there}" "${SECONDS:+seconds there}"
find . -name '*.c' | sort; find . -type f -newer file -name 'job*' | sort | xargs -n 2 echo
timeout 0.2 sleep 5; echo "timeout $?"
exit 9
