# SPDX-License-Identifier: MIT
# document.awk - docs/linux-calls.md from the .def files; give none.def first, rows of later files win.
/^LX\(/ {
    line = $0
    sub(/^LX\(/, "", line)
    split(line, field, /, */)
    number = field[1] + 0
    name[number] = field[2]
    state[number] = field[4]
    arguments = line
    sub(/^[^"]*"/, "", arguments)
    sub(/".*$/, "", arguments)
    gsub(/:[a-z0-9_]+/, "", arguments)
    gsub(/ /, ", ", arguments)
    signature[number] = arguments
    if (number > last)
        last = number
}
END {
    for (n = 0; n <= last; n++)
        if (n in name)
            count[state[n]]++
    print "<!-- made by libos/linux/call/document.awk from libos/linux/call/*.def: run `make linux-calls` -->"
    print "# Linux system calls of the Linux LibOS\n"
    printf "%d calls are answered in full, %d in part (an unknown flag or command is logged once and refused), ", \
        count["FULL"], count["PART"]
    printf "%d give ENOSYS, logged once as program, call and arguments.\n\n", count["NONE"]
    print "| number | call | state |"
    print "|---|---|---|"
    for (n = 0; n <= last; n++) {
        if (!(n in name))
            continue
        if (state[n] == "NONE")
            printf "| %d | `%s` | ENOSYS |\n", n, name[n]
        else
            printf "| %d | `%s(%s)` | %s |\n", n, name[n], signature[n], state[n] == "FULL" ? "full" : "part"
    }
}
