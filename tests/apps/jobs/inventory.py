# SPDX-License-Identifier: MIT
# inventory.py - a small warehouse: parses orders, keeps stock, plans routes, reports; the 200-line program of the tests.
"""Reads a made-up order log, applies it to a stock, and prints reports that depend on every line of it."""
import contextlib
import dataclasses
import enum
import functools
import hashlib
import heapq
import io
import itertools
import json
import os
import re
import subprocess
import sys
import tempfile


class Kind(enum.Enum):
    ORDER = "order"
    RETURN = "return"
    DELIVERY = "delivery"


class StockError(Exception):
    """There is less in stock than was asked for."""

    def __init__(self, item, wanted, there):
        super().__init__(f"{item}: wanted {wanted}, there are {there}")
        self.item = item
        self.missing = wanted - there


@dataclasses.dataclass(order=True)
class Event:
    day: int
    kind: Kind = dataclasses.field(compare=False)
    item: str = dataclasses.field(compare=False)
    count: int = dataclasses.field(compare=False)
    customer: str = dataclasses.field(compare=False, default="-")


@dataclasses.dataclass
class Item:
    name: str
    price: float
    stock: int = 0
    history: list = dataclasses.field(default_factory=list)

    def take(self, count):
        if count > self.stock:
            raise StockError(self.name, count, self.stock)
        self.stock -= count
        self.history.append(-count)
        return count * self.price

    def put(self, count):
        self.stock += count
        self.history.append(count)


def random_numbers(seed):
    """A fixed sequence, the same everywhere."""
    state = seed
    while True:
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        yield state >> 33


LINE = re.compile(r"""
    ^day\s+(?P<day>\d+):\s+
    (?P<kind>order|return|delivery)\s+of\s+
    (?P<count>\d+)\s+x\s+'(?P<item>[^']+)'
    (?:\s+(?:by|from)\s+(?P<customer>\w+))?$
""", re.VERBOSE)


def write_log(path, lines):
    numbers = random_numbers(42)
    items = ["bolt", "nut", "gear wheel", "spring", "chain", "axle"]
    customers = ["ada", "brian", "chris", "dana"]
    with open(path, "w", encoding="utf-8") as log:
        for line in range(lines):
            roll = next(numbers) % 10
            item = items[next(numbers) % len(items)]
            count = next(numbers) % 40 + 1
            day = line // 10
            if roll < 3:
                log.write(f"day {day}: delivery of {count * 3} x '{item}'\n")
            elif roll < 9:
                log.write(f"day {day}: order of {count} x '{item}' by {customers[next(numbers) % 4]}\n")
            elif roll == 9 and line % 7:
                log.write(f"day {day}: return of {count} x '{item}' from {customers[next(numbers) % 4]}\n")
            else:
                log.write(f"# day {day}: nothing, or nonsense {roll}\n")


def read_log(path):
    """Yields events; counts what it cannot read."""
    with open(path, encoding="utf-8") as log:
        for number, line in enumerate(log, 1):
            match = LINE.match(line.rstrip("\n"))
            if match is None:
                if not line.startswith("#"):
                    raise ValueError(f"line {number} is not understood: {line!r}")
                continue
            yield Event(int(match["day"]), Kind(match["kind"]), match["item"], int(match["count"]),
                        match["customer"] or "-")


class Warehouse:
    def __init__(self, prices):
        self.items = {name: Item(name, price) for name, price in prices.items()}
        self.income = {}
        self.refused = []

    def apply(self, event):
        item = self.items[event.item]
        if event.kind is Kind.ORDER:
            try:
                paid = item.take(event.count)
            except StockError as error:
                self.refused.append((event.day, error))
                return
            self.income[event.customer] = self.income.get(event.customer, 0.0) + paid
        else:
            item.put(event.count)
            if event.kind is Kind.RETURN:
                self.income[event.customer] = self.income.get(event.customer, 0.0) - event.count * item.price

    def report(self):
        for name in sorted(self.items):
            item = self.items[name]
            print(f"{name:<12}{item.stock:>6}{len(item.history):>6}{item.stock * item.price:>12,.2f}")
        for customer, money in sorted(self.income.items(), key=lambda pair: (-pair[1], pair[0])):
            print(f"{customer:<12}{money:>12,.2f}")
        worst = heapq.nlargest(3, self.refused, key=lambda pair: (pair[1].missing, pair[0]))
        for day, error in worst:
            print(f"refused on day {day}: {error}")


def shortest_way(edges, start, end):
    graph = {}
    for a, b, length in edges:
        graph.setdefault(a, []).append((b, length))
        graph.setdefault(b, []).append((a, length))
    queue = [(0, start, (start,))]
    done = set()
    while queue:
        length, node, way = heapq.heappop(queue)
        if node == end:
            return length, way
        if node in done:
            continue
        done.add(node)
        for following, step in graph[node]:
            heapq.heappush(queue, (length + step, following, way + (following,)))
    return None


@functools.lru_cache(maxsize=None)
def ways_to_pack(count, boxes):
    if count == 0:
        return 1
    if count < 0 or not boxes:
        return 0
    return ways_to_pack(count - boxes[0], boxes) + ways_to_pack(count, boxes[1:])


def digest_of(path):
    digest = hashlib.sha256()
    with open(path, "rb") as stream:
        for piece in iter(lambda: stream.read(1000), b""):
            digest.update(piece)
    return digest.hexdigest()


def ask_child(question):
    """Another interpreter does a part of the work and answers in JSON."""
    code = "import json, sys; q = json.load(sys.stdin); json.dump({'sum': sum(q['n']), 'max': max(q['n'])}, sys.stdout)"
    done = subprocess.run([sys.executable, "-c", code], input=json.dumps(question), capture_output=True, text=True,
                          check=True)
    return json.loads(done.stdout)


def main():
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "orders.log")
        write_log(path, 2000)
        print(os.path.getsize(path), "bytes of log,", digest_of(path)[:16])
        warehouse = Warehouse({"bolt": 0.2, "nut": 0.1, "gear wheel": 12.5, "spring": 1.25, "chain": 30.0, "axle": 45.9})
        events = sorted(read_log(path))
        for event in events:
            warehouse.apply(event)
        print(len(events), "events,", len(warehouse.refused), "refused")
        warehouse.report()
    by_kind = {kind.value: len(list(group)) for kind, group in
               itertools.groupby(sorted(events, key=lambda e: e.kind.value), key=lambda e: e.kind)}
    print(json.dumps(by_kind, sort_keys=True))
    roads = [("gate", "hall a", 4), ("gate", "hall b", 2), ("hall b", "hall a", 1), ("hall a", "dock", 5),
             ("hall b", "dock", 8), ("dock", "yard", 3)]
    print(shortest_way(roads, "gate", "yard"), shortest_way(roads, "yard", "hall b"))
    print(ways_to_pack(200, (1, 2, 5, 10, 20, 50, 100, 200)))
    print(ask_child({"n": [event.count for event in events]}))
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        print("captured", end="")
    print(text.getvalue(), [*map("".join, itertools.permutations("abc"))][-1])
    try:
        Warehouse({}).apply(events[0])
    except KeyError as error:
        print("no such item:", error)
    return len(warehouse.refused) % 100


if __name__ == "__main__":
    sys.exit(main())
