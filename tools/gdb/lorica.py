# SPDX-License-Identifier: MIT
"""lorica.py - gdb commands that show the exokernel's tables: envs, frames, caps, slices, pt, events.

Loaded by `lorica debug`. Everything is read through the kernel's own symbols and types, in any ring: its half of
the address space is mapped in every environment. Run `help lorica` for the list.
"""
import struct

import gdb

WINDOW_BASE = 0xFFFFFE8000000000  # layout.h: frame f of the kernel's own at WINDOW_BASE + f * 4096
CPU_FIRST, CPU_STRIDE = 0xFFFFFE500000C000, 0x10000  # layout.h: struct cpu of each
FRAME_ROW = "<QQIHBBBBHI"  # abi/exo_types.h: struct exo_frame
KINDS = ["none", "free", "data", "table", "env", "kernel", "exposed", "upcall"]
STATES = {1: "ready", 2: "running", 3: "sleeping", 4: "waiting", 5: "calling", 6: "stopped"}
RIGHTS_HELP = "rights as in abi/exo_types.h, EXO_RIGHT_*"
PTE_BITS = [(1, "write"), (2, "user"), (5, "accessed"), (6, "dirty"), (8, "global"), (63, "no-execute")]

NOT_YET = "the kernel has not booted far enough; let it: `hbreak slice_start`, then `continue`"


class NotYet(gdb.GdbError):
    """The kernel has not set up what a command wants to show."""


def value(expression):
    try:
        result = gdb.parse_and_eval(expression)
        result.fetch_lazy()
        return result
    except gdb.MemoryError:
        raise NotYet(NOT_YET)
    except gdb.error as error:
        raise gdb.GdbError(f"{expression}: {error}; is this a kernel with symbols?")


def memory(address, length):
    try:
        return bytes(gdb.selected_inferior().read_memory(address, length))
    except gdb.MemoryError:
        raise NotYet(NOT_YET)


def path(parts, depth):
    """A capability path as text: / is the root, /2/1 the first child of its second child."""
    whole = parts[0] | parts[1] << 64
    return "/" + "/".join(str(whole >> 16 * i & 0xFFFF) for i in range(depth))


def frame_rows():
    """All rows of the frame table as (number, guard text, references, links, kind, level, flags, env id)."""
    base, count = int(value("(unsigned long)frame_table")), int(value("frame_count"))
    if not base or not count:
        raise NotYet(NOT_YET)
    size = struct.calcsize(FRAME_ROW)
    rows = memory(base, size * count)
    for number, row in enumerate(struct.iter_unpack(FRAME_ROW, rows)):
        low, high, references, links, kind, level, flags, depth, generation_high, generation = row
        env = (generation | generation_high << 32) << 28 | number
        yield number, path((low, high), depth), references, links, kind, level, flags, env


def env_at(frame):
    pointer = gdb.lookup_type("struct env").pointer()
    return gdb.Value(WINDOW_BASE + frame * 4096).cast(pointer).dereference()


def env_frames():
    return [row[0] for row in frame_rows() if row[4] == KINDS.index("env")]


def env_chosen(argument):
    """The env that the user named by id or frame number; without argument the one that runs on this CPU."""
    frames = env_frames()
    if argument:
        number = int(gdb.parse_and_eval(argument)) & 0xFFFFFFF
        if number not in frames:
            raise gdb.GdbError(f"{argument} is no env; `envs` lists them")
        return env_at(number)
    root = int(value("$cr3")) >> 12
    for frame in frames:
        env = env_at(frame)
        if int(env["state"]) == 2 and int(env["root"]) == root:
            return env
    raise gdb.GdbError("no env runs on this CPU; name one: `envs` lists them")


class Command(gdb.Command):
    """lorica - the exokernel's tables: envs, frames, caps, slices, pt, events."""

    name, usage = "lorica", "lorica"

    def __init__(self):
        super().__init__(self.name, gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        del from_tty
        self.show(gdb.string_to_argv(argument))

    def show(self, words):
        del words
        for command in (Envs, Frames, Caps, Slices, PageTable, Events):
            print(f"{command.usage:20} {command.__doc__.splitlines()[0].split(' - ')[1]}")


class Envs(Command):
    """envs - all environments: state, CPU, address space, where they are."""

    name = usage = "envs"

    def show(self, words):
        del words
        print(f"{'id':>16} {'state':8} cpu {'root':>8} {'guard':10} {'guardian':>16} rip")
        for frame in env_frames():
            env = env_at(frame)
            guard = path([int(env["guard"]["part"][i]) for i in (0, 1)], int(env["guard"]["depth"]))
            state = STATES.get(int(env["state"]), "?")
            print(f"{int(env['id']):16x} {state:8} {int(env['cpu']):3} {int(env['root']):8x} {guard:10} "
                  f"{int(env['config']['guardian']):16x} {int(env['regs']['rip']):#x}")
        print("rip is current only for envs that do not run")


class Frames(Command):
    """frames - who owns memory: frames by owner and kind; `frames N` shows one frame's row."""

    name, usage = "frames", "frames [N]"

    def show(self, words):
        if words:
            wanted = int(gdb.parse_and_eval(words[0]))
            for number, guard, references, links, kind, level, flags, env in frame_rows():
                if number == wanted:
                    print(f"frame {number:#x}: {KINDS[kind]} level {level} guard {guard} references {references} "
                          f"links {links} flags {flags:#x}" + (f" env {env:x}" if kind == 4 else ""))
                    return
            raise gdb.GdbError(f"there is no frame {words[0]}")
        totals = {}
        for _, guard, _, _, kind, *_ in frame_rows():
            totals[guard, kind] = totals.get((guard, kind), 0) + 1
        print(f"{'owner':12} {'kind':8} {'frames':>9} {'MiB':>8}")
        for (guard, kind), count in sorted(totals.items()):
            if KINDS[kind] != "none":
                print(f"{guard:12} {KINDS[kind]:8} {count:9} {count / 256:8.1f}")


class Caps(Command):
    """caps - the capabilities of an env: `caps [ENV]`, ENV an id or frame number (default: the running one)."""

    name, usage = "caps", "caps [ENV]"

    def show(self, words):
        env = env_chosen(words[0] if words else None)
        first, last = env["cap"].type.range()
        print(f"env {int(env['id']):x}; {RIGHTS_HELP}")
        for slot in range(first, last + 1):
            cap = env["cap"][slot]
            if int(cap["present"]):
                parts = [int(cap["path"]["part"][i]) for i in (0, 1)]
                print(f"  slot {slot:3} {path(parts, int(cap['path']['depth'])):16} rights {int(cap['rights']):#06x}")


class Slices(Command):
    """slices - each CPU's vector of time slices, runs of positions with the same env together."""

    name = usage = "slices"

    def show(self, words):
        del words
        table = value("slice_table")
        if not int(table):
            raise NotYet(NOT_YET)
        first, last = table.dereference().type.range()
        for cpu in range(int(value("cpu_count"))):
            begin, env, turns = first, None, 0
            for position in range(first, last + 2):
                slot = table[cpu][position] if position <= last else None
                now = int(slot["env"]) if slot is not None else None
                if position > first and now != env:
                    owner = f"env {env:x}" if env else "free"
                    print(f"CPU {cpu} positions {begin:2}-{position - 1:2}  {owner}, {turns} turns")
                    begin, turns = position, 0
                env = now
                turns += int(slot["turns"]) if slot is not None else 0


class PageTable(Command):
    """pt - what an address means: `pt ADDRESS [ROOT]`, ROOT a frame number (default: this CPU's address space)."""

    name, usage = "pt", "pt ADDRESS [ROOT]"

    def show(self, words):
        if not words:
            raise gdb.GdbError(f"usage: {self.usage}")
        address = int(gdb.parse_and_eval(words[0])) & 0xFFFFFFFFFFFFFFFF
        table = int(gdb.parse_and_eval(words[1])) if len(words) > 1 else int(value("$cr3")) >> 12
        for level in (4, 3, 2, 1):
            index = address >> (12 + 9 * (level - 1)) & 511
            entry = int.from_bytes(memory(WINDOW_BASE + table * 4096 + index * 8, 8), "little")
            bits = [name for bit, name in PTE_BITS if entry >> bit & 1]
            frame = entry >> 12 & 0xFFFFFFFFFF
            print(f"level {level} table {table:#x} [{index:3}] {entry:016x} "
                  + (f"frame {frame:#x} {' '.join(bits)}" if entry & 1 else "not present"))
            if not entry & 1 or (level in (2, 3) and entry >> 7 & 1):
                return
            table = frame


class Events(Command):
    """events - the last events of each CPU, oldest first: `events [COUNT]`."""

    name, usage = "events", "events [COUNT]"

    def show(self, words):
        names = value("trace_name")
        wanted = int(words[0]) if words else 16
        for cpu in range(int(value("cpu_count"))):
            ring = value(f"((struct cpu *){CPU_FIRST + cpu * CPU_STRIDE:#x})->trace")
            records = [ring[i] for i in range(ring.type.range()[1] + 1)]
            records = sorted((r for r in records if int(r["event"])), key=lambda r: int(r["time_ns"]))
            for record in records[-wanted:]:
                name = names[int(record["event"])].string()
                print(f"CPU {cpu} {int(record['time_ns']):14} ns {name:8} {int(record['a']):x} {int(record['b']):x}")


for one in (Command, Envs, Frames, Caps, Slices, PageTable, Events):
    one()
gdb.execute("set pagination off")
gdb.execute("set max-value-size unlimited")
print("lorica: envs frames caps slices pt events (`lorica` explains); the machine is stopped: `continue` runs it")
