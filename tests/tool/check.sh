# SPDX-License-Identifier: MIT
# check.sh - `lorica check`: verdicts with source lines, statuses. Needs clang; without it only the refusals.

check_program() { # check_program TEXT: of a packet handler `f`
    printf '#include "lib/exo/code_program.h"\nEXO_CODE_PROGRAM("packet") uint64_t f(struct exo_code_packet *c)\n{\n%s\n}\n' \
        "$1" > "$work/program.c"
    run_tool check "$work/program.c"
}
case_check_accepts() {
    check_program 'const uint8_t *p = EXO_CODE_BYTES(c->packet); return p + 4 > EXO_CODE_BYTES(c->packet_end) ? 0 : p[3] & 1;'
    is status "$status" 0 && has stdout "$out" "packet program f: accepted" && has stdout "$out" "time: proved, at most" &&
        has stdout "$out" "0 guarded"
}
case_check_refuses() {
    check_program 'volatile uint8_t *p = EXO_CODE_WRITABLE(c->packet);
    *p = 1;
    return 0;'
    is status "$status" 1 && has stdout "$out" "program.c:5:" && has stdout "$out" "error: program f is refused: this region is read-only" &&
        has stdout "$out" "*p = 1;"
}
case_check_guards() {
    check_program 'return EXO_CODE_BYTES(c->packet)[c->length & 15] & 1;'
    is status "$status" 0 && has stdout "$out" "1 guarded"
    run_tool check -v "$work/program.c"
    has stdout "$out" "program.c:4:" && has stdout "$out" "note: checked when it runs"
}
case_check_loops() {
    check_program 'uint64_t n = 0; for (uint32_t i = 0; i < c->length; i++) { n += i; __asm__ volatile("" : "+r"(n)); } return n & 1;'
    is status "$status" 0 && has stdout "$out" "time: metered at 1 backward jump; at most 52"
}
case_check_too_long() {
    check_program 'volatile uint64_t *p = (volatile uint64_t *)EXO_CODE_WRITABLE(c->memory);
#pragma unroll
    for (int i = 0; i < 400; i++)
        p[i] = p[i] + 1;
    return 0;'
    is status "$status" 1 && has stdout "$out" "error: program f is refused: its longest path takes more of the processor's instructions" &&
        has stdout "$out" "5,120 of a packet handler" && has stdout "$out" "(instructions: 10"
}
case_check_json() {
    check_program 'return 0;'
    run_tool check -o json "$work/program.c"
    is status "$status" 0 && has stdout "$out" '"program":"f","type":"packet","accepted":true,"instructions":2'
}
case_check_does_not_compile() {
    check_program 'return nothing;'
    is status "$status" 125 && has message "$err" "does not compile" && has message "$err" "nothing"
}
case_check_missing() { refused 125 "nothere.o: No such file" check "$work/nothere.o"; }
case_check_no_file() { refused 125 "check: no file" check; }
case_check_no_object() { refused 125 "it is no object file of clang -target bpf" check "$lorica"; }
case_check_no_program() {
    printf 'int x;\n' > "$work/none.c"
    refused 125 "no function in a section named packet, predicate or ownership" check "$work/none.c"
}
if command -v clang > /dev/null; then
    check "check: accepts" case_check_accepts
    check "check: refuses, with the line" case_check_refuses
    check "check: names guarded accesses" case_check_guards
    check "check: says that loops are metered" case_check_loops
    check "check: refuses what may take too long" case_check_too_long
    check "check: JSON" case_check_json
    check "check: a source that does not compile" case_check_does_not_compile
    check "check: no program in it" case_check_no_program
else
    echo "# lorica check of sources: SKIP, clang is not installed"
fi
check "check: a file that is not there" case_check_missing
check "check: no file" case_check_no_file
check "check: a file that is no object" case_check_no_object
