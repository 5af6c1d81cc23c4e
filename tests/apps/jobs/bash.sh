# SPDX-License-Identifier: MIT
# bash.sh - bash as a program: parsing, sorting, a state machine, its own tests of files
primes() {
    local n=$1 i j; local -a sieve
    for ((i = 2; i <= n; i++)); do
        [[ ${sieve[i]:-} ]] && continue
        printf '%d ' "$i"
        for ((j = i * i; j <= n; j += i)); do sieve[j]=x; done
    done
    echo
}
primes 200
declare -A count
while read -r -a words; do
    for word in "${words[@]}"; do ((count[${word,,}]++)); done
done <<< "the quick brown fox jumps over the lazy dog and The Fox sleeps"
for word in "${!count[@]}"; do echo "${count[$word]} $word"; done | sort -k1,1nr -k2 | head -n 4
printf '%s\n' {a..e}{1..2} | paste -sd,
[[ -f /etc/passwd && -r /etc/passwd && ! -d /etc/passwd ]] && echo "file tests"
printf '%08.3f|%-10s|%+d|%x|%q\n' 3.14159 left 42 255 'a b$c'
text="key=value; other = thing ;last=1"
IFS=';' read -ra pairs <<< "$text"
for pair in "${pairs[@]}"; do [[ $pair =~ ^[[:space:]]*([a-z]+)[[:space:]]*=[[:space:]]*([a-z0-9]+) ]] && echo "${BASH_REMATCH[1]}->${BASH_REMATCH[2]}"; done
hanoi() { (($1 == 0)) && return; hanoi $(($1 - 1)) "$2" "$4" "$3"; ((++moves)); hanoi $(($1 - 1)) "$4" "$3" "$2"; }
moves=0; hanoi 8 a b c; echo "moves $moves"
for n in {1..20}; do (exit $((n % 3))) || ((failures++)); done; echo "failures $failures"
diff <(printf '1\n2\n3\n') <(printf '1\n3\n4\n'); echo "diff $?"
printf 'a\0b\0c\0' | while IFS= read -r -d '' item; do printf '<%s>' "$item"; done; echo
exec 5<> fifo-like; echo data >&5; exec 5>&-; cat fifo-like
bash --version | head -n 1; bash -c 'exit 42'; echo "status $?"
