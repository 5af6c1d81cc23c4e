# SPDX-License-Identifier: MIT
# arguments.sh - cases about the command line; sourced by run.
# shellcheck shell=bash disable=SC2154,SC2034,SC1010,SC1007,SC2015,SC2054,SC1003,SC2010,SC2012

program_empty() { refused 127 'the name of the program is empty' run --root "$work/root" --kernel "$lorica" --libos "$lorica" ''; }
arguments_many() { # what a machine cannot be started with is refused before one is started
    local limits=(--root "$work/root" --kernel "$lorica" --libos "$lorica")
    refused 126 'more than 8192' run "${limits[@]}" x $(seq 9000) && has remedy "$err" xargs &&
        refused 126 'longer than 65536 bytes' run "${limits[@]}" x "$(head -c 66000 /dev/zero | tr '\0' a)" &&
        refused 126 'longer than 524288 bytes' run "${limits[@]}" x $(head -c 600000 /dev/zero | tr '\0' a | fold -w 60000)
}
verb_unknown() { refused 125 'unknown verb rnu; did you mean run?' rnu; }
verb_far() { refused 125 'try: lorica help' frobnicate; }
option_unknown() { refused 125 'unknown option --memry; did you mean --memory?' run --memry 3; }
option_letter() { refused 125 'unknown option -z' run -z; }
option_argument() { refused 125 'needs N' run --cpus; }
option_no_argument() { refused 125 'takes no argument' run --dry-run=yes; }
memory_small() { refused 125 '64 to' run --memory 63 x; }
memory_text() { refused 125 'whole number' run --memory 512M x; }
cpus_zero() { refused 125 'out of range: 1 to 64' run --cpus 0 x; }
accel_unknown() { refused 125 'auto, kvm or tcg' run --accel fast x; }
timeout_zero() { refused 125 'above 0' run --timeout 0 x; }
timeout_text() { refused 125 'above 0' run --timeout soon x; }
output_unknown() { refused 125 'json' run -o yaml x; }
env_nameless() { refused 125 'no name' run --env =3 x; }
package_name() { refused 125 'no name of a Debian package' run --package ../x x; }
package_option() { refused 125 'no name of a Debian package' run --package -y x; }
package_and_root() { refused 125 'exclude' run --root / --package bc x; }
manifest_and_program() { refused 125 '--manifest says what to start' run --manifest /etc/passwd x; }
kernel_missing() { refused 125 'try: lorica build' run --kernel "$work/none" x; }
libos_missing() { refused 125 'no LibOS or app named nosuch' run --kernel "$lorica" --app nosuch; }
bench_unknown() { refused 125 'try: lorica bench' bench nosuch; }
no_verb() { run_tool; is status "$status" 125 && has help "$out" 'usage: lorica VERB'; }
help_all() { run_tool help; is status "$status" 0 && has help "$out" 'lorica VERB --help'; }
help_verb() {
    run_tool run --help
    is status "$status" 0 && is first "${out%% *}" lorica && has options "$out" '--memory MiB' || return 1
    local before=${out%%usage:*}
    has 'examples first' "$before" 'lorica run ./a.out'
}
help_every_verb() {
    local verb
    for verb in run test bench build debug help; do
        run_tool "$verb" --help
        is "status of $verb" "$status" 0 && has "$verb" "$out" "usage: lorica $verb" || return 1
    done
}
version() { run_tool --version; is status "$status" 0 && has version "$out" 'lorica 0.'; }
options_stop() {
    run_tool run --kernel "$lorica" --dry-run prog --memory 3 -v -- --help
    is status "$status" 0 && has args "$out" $'arg --memory\n  arg 3\n  arg -v\n  arg --\n  arg --help'
}
options_dashes() {
    run_tool run --kernel "$lorica" --dry-run -- prog -v
    is status "$status" 0 && has args "$out" $'arg prog\n  arg -v'
}
dry_run() {
    options=(--cpus 2 --memory 256 --dry-run -e A=1 -e 'B=two words' -e A=3)
    fake 'say "hi"\' 'a
b'
    is status "$status" 0 && has cpus "$out" '-smp 2' && has memory "$out" '-m 256' &&
        has device "$out" 'virtio-serial-pci,disable-legacy=on' && has debug-exit "$out" 'isa-debug-exit' &&
        has quoting "$out" 'arg "say \"hi\"\\"' && has newline "$out" 'arg "a\nb"' &&
        has env "$out" 'env A=3' && has env "$out" 'env "B=two words"' && hasnt env "$out" 'A=1' &&
        has path "$out" 'env PATH=/usr' && is 'nothing made' "$(find "$work/cache" -name '*.cpio' 2>/dev/null)" ''
}
dry_run_icount() {
    options=(--accel icount --cpu max,erms=off --dry-run)
    fake
    has icount "$out" '-icount shift=0,sleep=off' && has cpu "$out" '-cpu max,erms=off'
}
env_passed_on() {
    options=(--dry-run -e LORICA_TEST_X -e LORICA_TEST_NOT_SET)
    LORICA_TEST_X=here fake
    has env "$out" 'env LORICA_TEST_X=here' && hasnt env "$out" NOT_SET
}
json_before() {
    run_tool run -o json --root "$work/root" --kernel "$lorica" --libos "$lorica" "$work/missing"
    is status "$status" 127 && has json "$err" '{"status": 127, "signal": null, "reason": "'
}

make_calls() { # make_calls ARGUMENTS...: what the verb asks make for
    mkdir -p "$work/fakemake"
    printf '#!/bin/sh\nfor word; do printf "[%%s]" "$word"; done\n' > "$work/fakemake/make"
    chmod +x "$work/fakemake/make"
    PATH=$work/fakemake:$PATH run_tool "$@"
    out=${out#*"[-C]"}
    out=${out#*]}
}
make_targets() {
    make_calls test && is all "$out" '[test]' && make_calls test diff tool && is suites "$out" '[test][T=diff tool]' &&
        make_calls test diff T=pipe && is pattern "$out" '[diff-test][T=pipe]' && make_calls test T=x && is 'only a pattern' "$out" '[T=x][test]' &&
        make_calls build && is build "$out" '[all]' && make_calls build size && is target "$out" '[size]'
}
check 'verbs test and build: what make is asked for' make_targets
check 'verb: unknown, the nearest is named' verb_unknown
check 'verb: unknown, nothing near' verb_far
check 'verb: none prints help, status 125' no_verb
check 'option: unknown, the nearest is named' option_unknown
check 'option: unknown letter' option_letter
check 'option: argument missing' option_argument
check 'option: argument where none belongs' option_no_argument
check 'option: --memory below 64' memory_small
check 'option: --memory with a unit' memory_text
check 'option: --cpus 0' cpus_zero
check 'option: --accel unknown' accel_unknown
check 'option: --timeout 0' timeout_zero
check 'option: --timeout no number' timeout_text
check 'option: -o unknown' output_unknown
check 'option: --env without a name' env_nameless
check 'option: --package with a path' package_name
check 'option: --package that apt would take for an option' package_option
check 'option: --root with --package' package_and_root
check 'option: --manifest with a program' manifest_and_program
check 'option: parsing stops at the program' options_stop
check 'option: parsing stops at --' options_dashes
check 'option: --env NAME passes a variable on' env_passed_on
check 'arguments: too many, or too long' arguments_many
check 'arguments: a program without a name' program_empty
check 'missing kernel' kernel_missing
check 'missing app' libos_missing
check 'bench: unknown' bench_unknown
check 'help: all verbs' help_all
check 'help: a verb, examples first' help_verb
check 'help: --help of every verb' help_every_verb
check 'version' version
check 'dry run: command and manifest' dry_run
check 'dry run: --accel icount and --cpu' dry_run_icount
check 'json: a failure before the machine' json_before
