# SPDX-License-Identifier: MIT
# gawk.sh - reports, associative arrays, functions, and gawk's extensions
for i in $(seq 1 200); do echo "item$((i % 8)),$((i * 7 % 50)),$i"; done > sales.csv
gawk -F, '{ sum[$1] += $2; n[$1]++ } END { for (k in sum) printf "%s %d %.2f\n", k, sum[k], sum[k] / n[k] }' sales.csv | sort
gawk 'function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2) } BEGIN { print fib(18) }'
gawk -F, 'NR % 50 == 0 { print NR, NF, $NF; next } END { print NR }' sales.csv; gawk 'BEGIN { printf "%x %o %e %5.1f|%-5s|%c\n", 255, 8, 12345.678, 2.25, "ab", 65 }'
gawk 'BEGIN { n = split("c a b", w); asort(w); for (i = 1; i <= n; i++) printf "%s ", w[i]; print length("hello"), substr("hello", 2, 3), index("hello", "l"), toupper("x") }'
gawk 'BEGIN { s = "the cat sat"; gsub(/[aeiou]/, "<&>", s); print s; print gensub(/(.)at/, "\\1og", "g", "the cat sat"); print match("foobar", /o+/, m), RSTART, RLENGTH }'
gawk 'BEGIN { while (("seq 1 5" | getline line) > 0) t += line; print t; "echo from a command" | getline x; print x; print "sorted z\nsorted a" | "sort"; close("sort"); print strftime("%F", 0, 1); print and(12, 10), xor(12, 10), lshift(1, 4) }'
gawk 'BEGIN { RS = "" } { print NR ": " $1 "-" $NF }' <<< $'a b\nc\n\nd e'; gawk 'BEGIN { FIELDWIDTHS = "2 3 2" } { print $2 }' <<< 1234567; gawk 'BEGIN { exit 3 }'; echo "status $?"; gawk 'BEGIN {'; echo "status $?"
gawk '{ a[$1][$2]++ } END { PROCINFO["sorted_in"] = "@ind_str_asc"; for (i in a) for (j in a[i]) print i, j, a[i][j] }' <<< $'x 1\ny 2\nx 1'; awk 'BEGIN { print sqrt(2), sin(1), exp(1), int(-3.7), 2 ** 10 }'
