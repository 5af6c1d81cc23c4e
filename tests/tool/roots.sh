# SPDX-License-Identifier: MIT
# roots.sh - cases about roots, the boot archive and programs of this machine; sourced by run.
# shellcheck shell=bash disable=SC2154,SC2034,SC1010,SC1007,SC2015,SC2054,SC1003,SC2010,SC2012

at_offset() { dd if=/dev/zero bs=1 count="$2" 2>/dev/null | tr '\0' "${3:-x}" > "$1"; }

printf 'hello\n' > "$work/root/etc/motd"
at_offset "$work/root/bin/one" 1
at_offset "$work/root/bin/page" 4096
at_offset "$work/root/bin/more" 9001
: > "$work/root/etc/empty"
ln -sf usr/lib "$work/root/lib"
ln -sf ../etc/motd "$work/root/bin/link"
chmod 4755 "$work/root/bin/one"

members() {
    fake members exit:0 done
    is status "$status" 0 && has init "$out" 'init mode=100644' && has manifest "$out" 'manifest mode=' &&
        has root "$out" 'root0.cpio mode=' && has setuid "$out" 'bin/one mode=104755 size=1 ' &&
        has link "$out" 'bin/link mode=120777' && has 'empty file' "$out" 'etc/empty mode=100644 size=0' &&
        has directory "$out" 'usr/lib mode=40755' || return 1
    local unaligned
    unaligned=$(grep ' mode=10' "$work/out" | grep -v ' size=0 ' | grep -v ' offset=0$')
    is 'files not on a page boundary' "$unaligned" '' && is 'first member' "${out%% *}" init
}
order() { # parents come before what is in them
    fake members exit:0 done
    awk '{ seen[$1] = 1; p = $1; if (sub("/[^/]*$", "", p) && !(p in seen)) { print p; exit 1 } }' "$work/out" ||
        { why="a member comes before its directory"; return 1; }
}
cat > "$work/keep" <<'K'
#!/bin/sh
while [ $# -gt 1 ]; do [ "$1" = -initrd ] && cat "$2" > "$KEEP"; shift; done
exit 3
K
chmod +x "$work/keep"
ordinary_cpio() { # ordinary readers take the archive: root0.cpio of a run is what cpio unpacks
    command -v cpio > /dev/null || { why='cpio is not installed'; return 1; }
    KEEP=$work/boot.cpio LORICA_QEMU=$work/keep fake
    rm -rf "$work/outer" "$work/inner"
    mkdir "$work/outer" "$work/inner"
    (cd "$work/outer" && cpio -i --quiet < "$work/boot.cpio") || { why='cpio refuses the boot archive'; return 1; }
    (cd "$work/inner" && cpio -id --quiet < "$work/outer/root0.cpio") || { why='cpio refuses the root'; return 1; }
    why=$(diff -r "$work/root" "$work/inner") || return 1
    is init "$(cmp "$work/outer/init" build/init.elf)" ''
}
# packed ARGUMENTS...: root0.cpio of a run, as $work/packed/root0.cpio; the tree of the root is $work/pack
packed() {
    rm -rf "$work/packed"
    mkdir -p "$work/packed"
    KEEP=$work/boot.cpio LORICA_QEMU=$work/keep run_tool run --kernel "$lorica" "$@"
    (cd "$work/packed" && cpio -i --quiet < "$work/boot.cpio") || { why='cpio refuses the boot archive'; return 1; }
}
# marked FILE: the names of its packed members (field `check` of the header, docs/boot-image.md)
marked() { tr '\0' '\n' < "$1" | grep -a -o '0707[0-9a-f]\{98\}4c5a3431[^ ]*' | cut -c 111- | sort | tr '\n' ' '; }
pack_root() { # large files that shrink are packed, all else stays as it is, and so does everything without --pack
    command -v cpio > /dev/null || { why='cpio is not installed'; return 1; }
    rm -rf "$work/pack"
    mkdir -p "$work/pack/bin"
    seq 100000 > "$work/pack/bin/numbers"
    seq 9000 | head -c 16385 > "$work/pack/bin/least"
    seq 9000 | head -c 16384 > "$work/pack/bin/small"
    head -c 100000 /dev/urandom > "$work/pack/bin/noise"
    ln -s numbers "$work/pack/bin/link"
    packed --libos "$lorica" --root "$work/pack" /bin/numbers || return 1
    local plain
    plain=$(stat -c %s "$work/packed/root0.cpio")
    is 'marked without --pack' "$(marked "$work/packed/root0.cpio")" '' || return 1
    packed --libos "$lorica" --pack --root "$work/pack" /bin/numbers || return 1
    is marked "$(marked "$work/packed/root0.cpio")" 'bin/least bin/numbers ' || return 1
    [ "$(stat -c %s "$work/packed/root0.cpio")" -lt $((plain * 4 / 5)) ] || { why="the packed root has $(stat -c %s "$work/packed/root0.cpio") bytes, the plain one $plain"; return 1; }
    mkdir "$work/packed/in" && (cd "$work/packed/in" && cpio -id --quiet < ../root0.cpio) || { why='cpio refuses the packed root'; return 1; }
    for file in small noise link; do
        cmp "$work/pack/bin/$file" "$work/packed/in/bin/$file" 2> /dev/null || [ $file = link ] || { why="bin/$file is another one"; return 1; }
    done
    is header "$(od -An -tu4 -N 12 "$work/packed/in/bin/numbers" | tr -s ' ')" " 1801675120 16384 $(stat -c %s "$work/pack/bin/numbers")"
}
pack_manifest() { # the option of an instance says it for its root alone
    command -v cpio > /dev/null || { why='cpio is not installed'; return 1; }
    cp "$lorica" "$work/linux.elf"
    printf 'instance %s\n  libos %s\n  memory 16M\n  root pack\n  option pack %s\n' a "$work/linux.elf" 0 b "$work/linux.elf" 1 > "$work/pack.m"
    packed --manifest "$work/pack.m" || return 1
    is first "$(marked "$work/packed/root0.cpio")" '' && is second "$(marked "$work/packed/root1.cpio")" 'bin/least bin/numbers ' || return 1
    sed -i 's/pack 1/pack yes/' "$work/pack.m"
    refused 125 'option pack yes is neither 0 nor 1' run --kernel "$lorica" --manifest "$work/pack.m" || return 1
    sed -i "s/pack yes/pack 1/; s,libos .*,libos $lorica," "$work/pack.m"
    refused 125 'only LibOS linux has' run --kernel "$lorica" --manifest "$work/pack.m" &&
        refused 125 'apps read roots as they are' run --kernel "$lorica" --pack --app "$lorica"
}
root_tar() {
    tar -C "$work/root" -czf "$work/root.tgz" . || return 1
    "$lorica" run --root "$work/root.tgz" --kernel "$lorica" --libos "$lorica" x members exit:0 done > "$work/tar.out" 2> "$work/err"
    is 'status (tar)' $? 0 || { why="$why $(cat "$work/err")"; return 1; }
    fake members exit:0 done
    grep -v ^manifest "$work/out" > "$work/a"
    grep -v ^manifest "$work/tar.out" > "$work/b"
    why=$(diff "$work/a" "$work/b")
}
root_missing() { refused 125 "--root $work/none: No such file" run --kernel "$lorica" --libos "$lorica" --root "$work/none" x; }
root_no_archive() {
    head -c 100000 /dev/urandom > "$work/noise"
    run_tool run --kernel "$lorica" --libos "$lorica" --root "$work/noise" x
    is status "$status" 125 && has message "$err" "$work/noise"
}
root_truncated() {
    mkdir -p "$work/noisy"
    head -c 20000 /dev/urandom > "$work/noisy/file"
    tar -C "$work/noisy" -cz . | head -c 9000 > "$work/shorter.tgz"
    refused 125 'truncated gzip input' run --kernel "$lorica" --libos "$lorica" --root "$work/shorter.tgz" x
}
root_escape() {
    mkdir -p "$work/evil"
    echo x > "$work/evil/file"
    tar -C "$work/evil" -cf "$work/evil.tar" --transform 's,file,../../escaped,' -P file
    refused 125 'cannot place the entry ../../escaped' run --kernel "$lorica" --libos "$lorica" --root "$work/evil.tar" x &&
        is 'file outside' "$(find "$work" -name escaped)" ''
}
root_link_escape() { # an archive cannot write through a link that leads outside
    mkdir -p "$work/evil2/d"
    ln -sfn "$work/cwd" "$work/evil2/d/out"
    tar -C "$work/evil2" -cf "$work/evil2.tar" d
    echo x > "$work/evil2/stolen"
    tar -C "$work/evil2" -rf "$work/evil2.tar" --transform 's,stolen,d/out/stolen,' stolen
    run_tool run --kernel "$lorica" --libos "$lorica" --root "$work/evil2.tar" x exit:0 done
    is 'files outside' "$(ls "$work/cwd")" ''
}
root_layers() {
    mkdir -p "$work/image"
    echo '[]' > "$work/image/manifest.json"
    tar -C "$work/image" -cf "$work/image.tar" .
    refused 125 'docker export' run --kernel "$lorica" --libos "$lorica" --root "$work/image.tar" x
}
root_empty() { mkdir -p "$work/nothing"; refused 125 'directory is empty' run --kernel "$lorica" --libos "$lorica" --root "$work/nothing" x; }
root_too_big() {
    mkdir -p "$work/big"
    truncate -s 80M "$work/big/file"
    refused 125 'try: --memory' run --kernel "$lorica" --libos "$lorica" --memory 64 --root "$work/big" x
}
root_large() { # nobody said how much memory: there is room beside the root
    mkdir -p "$work/large"
    truncate -s 200M "$work/large/file"
    run_tool run "${options[@]}" --kernel "$lorica" --libos "$lorica" --root "$work/large" x arguments exit:0 done
    is status "$status" 0 && has memory "$out" '-m 58'
}

host() { # host PROGRAM ARGUMENTS...: like fake, with a program of this machine
    run_tool run "${options[@]}" --root "$work/root" --kernel "$lorica" --libos "$lorica" "$@"
}
program() { # program NAME CODE FLAGS...: compile a C program into cwd
    printf '%s\n' "$2" > "$work/$1.c"
    gcc -o "$work/cwd/$1" "$work/$1.c" "${@:3}" || { why="gcc failed"; return 1; }
}
program_dynamic() {
    program dyn 'int main(void) { return 0; }' || return 1
    (cd "$work/cwd" && host ./dyn manifest members exit:0 done; echo "$status" > "$work/s")
    out=$(cat "$work/out")
    is status "$(cat "$work/s")" 0 && has argv0 "$out" 'arg ./dyn' && has cwd "$out" "cwd $work/cwd" &&
        has program "$out" "${work#/}/cwd/dyn mode=100755" && has interpreter "$out" 'lib64/ld-linux-x86-64.so.2 mode=100755' &&
        has libc "$out" 'libc.so.6 mode=' && has 'merged directory' "$out" 'usr/lib/x86_64-linux-gnu/libc.so.6'
}
program_static() {
    program stat 'int main(void) { return 0; }' -static || return 1
    host "$work/cwd/stat" members exit:0 done
    is status "$status" 0 && has program "$out" cwd/stat && hasnt libc "$out" libc.so
}
program_origin() { # a library found by RUNPATH=$ORIGIN
    mkdir -p "$work/cwd/lib"
    printf 'int f(void) { return 4; }\n' > "$work/f.c"
    gcc -shared -fPIC -o "$work/cwd/lib/libf.so" "$work/f.c" &&
        program needs 'int f(void); int main(void) { return f(); }' -L"$work/cwd/lib" -lf "-Wl,-rpath,\$ORIGIN/lib" || return 1
    host "$work/cwd/needs" members exit:0 done
    is status "$status" 0 && has library "$out" cwd/needs && has library "$out" 'lib/libf.so mode='
}
program_library_missing() {
    program_origin || return 1
    mv "$work/cwd/lib/libf.so" "$work/cwd/lib/libg.so"
    refused 127 'needs the library libf.so' run --root "$work/root" --kernel "$lorica" --libos "$lorica" "$work/cwd/needs"
}
program_interpreter_missing() {
    program odd 'int main(void) { return 0; }' -Wl,--dynamic-linker=/lib/none.so || return 1
    refused 127 'needs the interpreter /lib/none.so' run --root "$work/root" --kernel "$lorica" --libos "$lorica" "$work/cwd/odd"
}
program_missing() { refused 127 "$work/none: No such file" run --kernel "$lorica" --libos "$lorica" --root "$work/root" "$work/none"; }
program_relative_missing() { refused 127 './none: No such file' run --kernel "$lorica" --libos "$lorica" ./none; }
bad_program() { # bad_program TEXT STATUS: judge $work/bad
    refused 126 "$1" run --kernel "$lorica" --libos "$lorica" --root "$work/root" "$work/bad"
}
program_directory() { rm -rf "$work/bad"; mkdir "$work/bad"; bad_program 'is a directory'; rmdir "$work/bad"; }
program_not_executable() { cp /bin/true "$work/bad"; chmod -x "$work/bad"; bad_program 'chmod +x'; }
program_truncated_header() { head -c 40 /bin/true > "$work/bad"; chmod +x "$work/bad"; bad_program 'truncated'; }
program_truncated() { head -c 3000 /bin/true > "$work/bad"; chmod +x "$work/bad"; bad_program 'truncated'; }
program_empty() { : > "$work/bad"; chmod +x "$work/bad"; bad_program 'is empty'; }
program_text() { echo hi > "$work/bad"; chmod +x "$work/bad"; bad_program 'neither an ELF program nor a script'; }
poke() { cp /bin/true "$work/bad"; printf "$2" | dd of="$work/bad" bs=1 seek="$1" conv=notrunc 2> /dev/null; }
program_arm() { poke 18 '\267\000'; bad_program 'ARM64'; }
program_class() { poke 4 '\001'; bad_program '32-bit'; }
program_big_endian() { poke 5 '\002'; bad_program 'another processor'; }
program_object() { gcc -c -o "$work/bad" "$work/dyn.c"; chmod +x "$work/bad"; bad_program 'link it first'; }
program_phnum() { poke 56 '\377\377'; bad_program 'absurd'; }
program_phoff() { poke 32 '\377\377\377\377\377\377\377\177'; bad_program 'truncated'; }
program_script() {
    printf '#!/bin/one -x\n' > "$work/cwd/script"
    chmod +x "$work/cwd/script"
    host "$work/cwd/script" members exit:0 done
    is status "$status" 0 && has script "$out" cwd/script
}
program_script_missing() {
    printf '#!/usr/bin/perl\n' > "$work/cwd/script"
    refused 127 'needs the interpreter /usr/bin/perl, which is not in the root' run --root "$work/root" \
        --kernel "$lorica" --libos "$lorica" "$work/cwd/script"
}
program_in_root() { # an absolute path that the root has is the root's
    mkdir -p "$work/root2/bin"
    printf 'x' > "$work/root2/bin/true"
    run_tool run --root "$work/root2" --kernel "$lorica" --libos "$lorica" /bin/true members exit:0 done
    is status "$status" 0 && has program "$out" 'bin/true mode=100644 size=1 ' && hasnt libc "$out" libc
}
user_manifest() {
    mkdir -p "$work/root2/bin"
    printf 'x' > "$work/root2/bin/true"
    cat > "$work/m" <<M
# two instances
instance main
  libos $lorica
  memory 16M
  root root   # ours
  arg x
  arg manifest
  arg members
  arg exit:0
  arg done
instance other
  libos $lorica
  memory 16M
  root "$work/root2"
instance third
  libos $lorica
  memory rest
  root "$work/root2"
M
    run_tool run --kernel "$lorica" --manifest "$work/m"
    is status "$status" 0 && has rewritten "$out" '  root root0.cpio' && has second "$out" '  root root1.cpio' && has 'a copy each' "$out" '  root root2.cpio' &&
        has 'lines kept' "$out" '# two instances' && has archive "$out" 'root1.cpio mode=' &&
        has libos "$out" '  libos lorica' && has libos "$out" 'lorica mode='
}
user_manifest_missing() { refused 125 "--manifest $work/no.m" run --kernel "$lorica" --manifest "$work/no.m"; }

check 'archive: members, modes, page alignment' members
check 'archive: directories before their contents' order
check 'archive: ordinary cpio unpacks it' ordinary_cpio
check 'root: a tar is like the directory it was made of' root_tar
check 'root: missing' root_missing
check 'root: not an archive' root_no_archive
check 'root: truncated archive' root_truncated
check 'root: entries with .. are refused' root_escape
check 'root: links lead nowhere outside' root_link_escape
check 'root: a layered image is refused with a remedy' root_layers
check 'root: empty directory' root_empty
check 'root: larger than the memory' root_too_big
check 'root: a large one makes a large machine' root_large
check 'program: dynamic, with interpreter and libraries' program_dynamic
check 'program: static, alone' program_static
check 'program: library by RUNPATH and $ORIGIN' program_origin
check 'program: missing library is named, 127' program_library_missing
check 'program: missing interpreter is named, 127' program_interpreter_missing
check 'program: missing, 127' program_missing
check 'program: missing, refused before a root is made' program_relative_missing
check 'program: a directory, 126' program_directory
check 'program: not executable, 126' program_not_executable
check 'program: ends within the header, 126' program_truncated_header
check 'program: ends within a segment, 126' program_truncated
check 'program: empty, 126' program_empty
check 'program: text, 126' program_text
check 'program: ARM64, 126' program_arm
check 'program: 32-bit class, 126' program_class
check 'program: big endian, 126' program_big_endian
check 'program: object file, 126' program_object
check 'program: absurd number of headers, 126' program_phnum
check 'program: headers far outside, 126' program_phoff
check 'program: a script' program_script
check 'program: a script without its interpreter, 127' program_script_missing
check 'program: an absolute path in the root is the root'"'"'s' program_in_root
check 'manifest: roots and LibOSes of a user manifest' user_manifest
check 'manifest: missing file' user_manifest_missing

check 'pack: which members, and how much smaller' pack_root
check 'pack: an option of each instance' pack_manifest

readers_hostile() { # damaged ELF files, archives and manifests: refused or read, never a crash
    cp /bin/true "$work/fuzz.elf"
    ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1 timeout 100 build/tests/tool/fuzz "${SEED:-1}" 3000 "$work/fuzz.elf" > "$work/out" 2>&1
    is status $? 0 || { why="$why $(cat "$work/out")"; return 1; }
}
check 'readers: 9000 damaged files (SEED=N for others)' readers_hostile
