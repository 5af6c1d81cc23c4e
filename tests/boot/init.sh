# SPDX-License-Identifier: MIT
# init.sh - part of tests/boot/run: init without a console device, so that streams are in the serial log.

# init_case NAME MEMBERS < manifest: boots; the log is in $work/NAME.log
init_case() {
    name=$1
    shift
    cat > "$work/$name.manifest"
    build/boot-archive "$work/$name.cpio" init=build/init.elf "manifest=$work/$name.manifest" "$@"
    boot "${cpus:-1}" "$work/$name.cpio" "$work/$name.log" 60
    last=$?
}

# has NAME TEXT WHAT: the log of case NAME has a line with TEXT
has() {
    grep -qF -- "$2" "$work/$1.log"
    found=$?
    result $found "init: $1: $3"
    [ $found = 0 ] || tail -8 "$work/$1.log" | sed 's/^/# /'
}

hello=hello=build/apps/hello.elf
append=test=0
cpus=1
init_case hello $hello <<'MANIFEST'
instance main   # a comment
  libos hello
  memory 32M
  share 3
  arg hello
  arg "two words"
  arg "\x41\t\"\\"
MANIFEST
has hello "hello from an exokernel: " "starts"
has hello "3 slice positions on 1 CPUs" "has its share"
has hello "argument 1: two words" "quoted arguments"
has hello "argument 2: A	\"\\" "escapes"
has hello "ended: kind 0, code 0" "ends"
result "$last" "init: hello: the machine is turned off with status 0"

cpus=2
init_case many $hello <<'MANIFEST'
instance a
  libos hello
  memory 16M
instance b
  libos hello
  memory rest
instance c
  libos hello
  memory 16M
MANIFEST
for i in a b c; do has many "instance $i ended: kind 0, code 0" "$i ends"; done
cpus=1

bad() { # NAME MESSAGE MANIFEST MEMBERS
    name=$1 message=$2
    printf "$3" > "$work/text"
    shift 3
    init_case "$name" "$@" < "$work/text"
    has "$name" "$message" "says: $message"
    result "$last" "init: $name: the machine is turned off"
}
bad key "manifest:3:3: unknown key: memroy" 'instance a\n  libos hello\n  memroy 16M\n' $hello
bad value "manifest:2:8: the LibOS is missing" 'instance a\n  libos\n' $hello
bad number "manifest:3:10: bad amount of memory: 16X" 'instance a\n  libos hello\n  memory 16X\n' $hello
bad empty "no instance" '' $hello
bad libos "the boot archive has no LibOS named nothing" 'instance a\n  libos nothing\n  memory 16M\n' $hello
bad memory "it wants 9" 'instance a\n  libos hello\n  memory 9G\n' $hello
bad root "the boot archive has no root named r" 'instance a\n  libos hello\n  root r\n  memory 16M\n' $hello
head -c 3000 build/apps/hello.elf > "$work/short.elf"
bad truncated "it is truncated" 'instance a\n  libos hello\n  memory 16M\n' "hello=$work/short.elf"

# --- The apps, each of which checks itself and says so by its exit status
app() { # NAME FILE [QEMU OPTION...]
    name=$1 file=$2
    shift 2
    printf 'instance main\n  libos %s\n  memory 64M\n  share 2\n' "$name" > "$work/$name.manifest"
    build/boot-archive "$work/$name.cpio" init=build/init.elf "manifest=$work/$name.manifest" "$name=$file"
    boot 1 "$work/$name.cpio" "$work/$name.log" 60 "$@"
    has "$name" "ended: kind 0, code 0" "finds itself right"
}
if [ -f build/apps/kv-ash.elf ]; then # needs clang
    printf 'instance main\n  libos kv\n  memory 64M\n  share 2\n  arg kv-ash\n  arg test\n' > "$work/kv.manifest"
    build/boot-archive "$work/kv.cpio" init=build/init.elf "manifest=$work/kv.manifest" kv=build/apps/kv-ash.elf
    boot 1 "$work/kv.cpio" "$work/kv.log" 60
    has kv "ended: kind 0, code 0" "a handler out of an object file answers from its table, and all frames come back"
fi
for each in pager transfer stride threads inverted colour; do app $each build/apps/$each.elf; done
app papers build/bench/papers/papers.elf
app edf build/apps/edf.elf -icount shift=0,sleep=off # its deadlines are in time that only the machine spends

# --- Instances that end badly: the reason is named, the others go on, nothing is lost by restarts
victim=victim=build/tests/boot/apps/victim.elf
ends() { # HOW TEXT
    printf 'instance main\n  libos victim\n  memory 16M\n  arg %s\n' "$1" > "$work/text"
    init_case "$1" $victim < "$work/text"
    has "$1" "$2" "ends as it should"
    result "$last" "init: $1: the machine is turned off"
}
ends exit "ended: kind 0, code 3"
ends trap "kind 2, code 125: instance main: its LibOS trapped and had no handler left"
ends store "kind 2, code 125: instance main: its LibOS trapped and had no handler left"
ends jump "kind 2, code 125: instance main: its LibOS trapped and had no handler left"
ends ring "kind 2, code 125: instance main: its output ring is damaged"
ends status "kind 2, code 125: instance main: it ended with a malformed status"

restarts() { # HOW CPUS: restarted again and again, it gets the same memory each time
    cpus=$2
    printf 'instance bad\n  libos victim\n  memory rest\n  share 2\n  restart on-failure\n  arg %s\n' "$1" > "$work/text"
    build/boot-archive "$work/again.cpio" init=build/init.elf "manifest=$work/text" $victim
    : > "$work/again$1.log"
    boot "$cpus" "$work/again.cpio" "$work/again$1.log" 60 2> /dev/null & # it never ends by itself
    machine=$!
    tries=0
    while [ "$(grep -c "victim: $1 with" "$work/again$1.log")" -lt 5 ] && [ $tries -lt 100 ]; do
        sleep 0.5
        tries=$((tries + 1))
    done
    kill "$(ps -o pid= --ppid "$machine" | tr -d ' ')" 2> /dev/null # timeout, and by it QEMU
    wait "$machine"
    cpus=1
    count=$(grep -c "victim: $1 with" "$work/again$1.log")
    kinds=$(grep "victim: $1 with" "$work/again$1.log" | sort -u | wc -l)
    [ "$count" -ge 5 ] && [ "$kinds" = 1 ]
    result $? "init: restart after $1 on $2 CPU: $count times, with $kinds amount of memory"
}
restarts mess 1
restarts mess 2
restarts trap 1

# --- Panics: reason, registers, a backtrace with names, the last events, and a status of their own
cat > "$work/trap.S" <<'ASM'
    .globl _start
_start:
    ud2
ASM
gcc -nostdlib -static -Wl,-z,max-page-size=4096,-Ttext-segment=0x400000,-z,noexecstack,--build-id=none \
    -o "$work/trap.elf" "$work/trap.S"
panics() { # NAME STATUS-WANTED
    boot 1 "$work/$1.cpio" "$work/$1.log" 60
    [ $? = 171 ]
    result $? "panic: $1: the test device tells it apart (status 171)"
}
printf 'instance a\n  libos hello\n' > "$work/text"
build/boot-archive "$work/noinit.cpio" "manifest=$work/text" init=build/init.elf
panics noinit
has noinit 'kernel panic: init: the first member of the boot archive is not `init`' "says what is wrong"
has noinit "kernel_main+0x" "has a backtrace with names"
build/boot-archive "$work/badinit.cpio" "init=$work/trap.elf" "manifest=$work/text"
panics badinit
has badinit "kernel panic: init stopped: it trapped (vector 6" "says what is wrong"
has badinit "rip 0000000000401000" "has registers"
has badinit "last events of CPU 0:" "has the last events"
