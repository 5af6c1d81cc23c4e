# SPDX-License-Identifier: MIT
# flags.awk - which calls that are marked full, and which of their flags, a trace has not seen.
#
# usage: awk -f flags.awk libos/linux/call/*.def tools/strace/names.c tests/diff/flags.not TRACE
# A call's row names the kind of each argument, names.c has a table of names for many kinds, and flags.not lists what a call does not
# take, or what cannot be tried. Prints `call NAME` or `flag NAME FLAG` for each that was not seen, then a summary.
BEGIN { # kinds whose tables have other names
    split("map:map_types map wait_type:wait_types socket_type:socket_types epoll_flags:epoll_flag message:message " \
          "level:level option:option shutdown:shutdown type:socket_types", word, " ")
    for (i in word) { split(word[i], pair, ":"); alias[pair[1]] = alias[pair[1]] " " pair[2] }
}
FILENAME ~ /\.def$/ && /^LX\(/ {
    name = $0
    sub(/^LX\([0-9]+, /, "", name)
    sub(/,.*/, "", name)
    text = $0
    sub(/^[^"]*"/, "", text)
    sub(/".*/, "", text)
    if ($0 ~ /, FULL,/) { full[name] = text; }
    next
}
FILENAME ~ /names\.c$/ {
    if (match($0, /^static const struct name [a-z_]+\[\]/)) {
        table = $5
        sub(/\[\].*/, "", table)
        sub(/_names$/, "", table)
    }
    line = $0
    while (match(line, /N\([A-Z][A-Z0-9_]+\)|"[A-Z][A-Z0-9_ a-z]+"/)) {
        value = substr(line, RSTART, RLENGTH)
        line = substr(line, RSTART + RLENGTH)
        gsub(/^N\(|^"|\)$|"$/, "", value)
        if (table != "" && value !~ / /) names[table] = names[table] " " value
    }
    if ($0 ~ /END}/) table = ""
    next
}
FILENAME ~ /flags\.not$/ {
    sub(/#.*/, "")
    for (i = 2; i <= NF; i++) without[$1, $i] = 1
    if (NF == 1) untried[$1] = 1
    next
}
{ # the trace
    line = $0
    sub(/^\[pid +[0-9]+\] /, "", line)
    if (line ~ /^<\.\.\. [a-z0-9_]+ resumed>/) {
        sub(/^<\.\.\. /, "", line)
        call = line
        sub(/ .*/, "", call)
    } else if (match(line, /^[a-z0-9_]+\(/)) {
        call = substr(line, 1, RLENGTH - 1)
    } else next
    called[call] = 1
    while (match(line, /[A-Z][A-Z0-9_][A-Z0-9_]+/)) {
        seen[call, substr(line, RSTART, RLENGTH)] = 1
        line = substr(line, RSTART + RLENGTH)
    }
}
END {
    for (call in full) {
        calls++
        if (!(call in called)) {
            if (call in untried) continue
            print "call " call
            missing++
            continue
        }
        count = split(full[call], argument, " ")
        for (i = 1; i <= count; i++) {
            kind = argument[i]
            sub(/.*:/, "", kind)
            if (kind == "fd") continue # a number; its table is about F_SETFD
            tables = (kind in alias) ? alias[kind] : kind
            n = split(tables, t, " ")
            for (k = 1; k <= n; k++) {
                m = split(names[t[k]], word, " ")
                for (j = 1; j <= m; j++) {
                    if ((call, word[j]) in without) continue
                    flags++
                    if (!((call, word[j]) in seen)) { print "flag " call " " word[j]; missing++ }
                }
            }
        }
    }
    printf "%d calls in full, %d flags of theirs, %d not seen\n", calls, flags, missing
}
