# SPDX-License-Identifier: MIT
# symbols.awk - from `nm -n` of the kernel's first link to the symbol table of the second (kernel/core/klog.c).
function hex(s,    i, v) {
    v = 0
    for (i = 1; i <= length(s); i++)
        v = v * 16 + index("0123456789abcdef", substr(s, i, 1)) - 1
    return v
}
$3 == "kernel_start" { start = hex(substr($1, 9)) }
($2 == "t" || $2 == "T") && $3 !~ /^(kernel_start|text_end)$/ && start {
    offsets[n] = hex(substr($1, 9)) - start
    names[n++] = $3
}
END {
    print ".section .symbols,\"a\"\n.global symbol_table, symbol_count, symbol_names\n.align 4\nsymbol_table:"
    for (i = 0; i < n; i++) {
        printf ".long %d, %d\n", offsets[i], at
        at += length(names[i]) + 1
    }
    printf "symbol_count: .long %d\nsymbol_names:\n", n
    for (i = 0; i < n; i++)
        printf ".asciz \"%s\"\n", names[i]
}
