# SPDX-License-Identifier: MIT
"""wire.py - an instance at the end of a wire: this program is everything else in the network, and sees every packet.

What a peer must see of TCP, UDP and ICMP when lists are full, ports come again, windows close and errors arrive: things that a
user network between would hide. Python runs inside and does what it is told on its standard input. TAP on standard output.

wire.py LORICA WORK [PATTERN]
"""
import ast
import errno
import json
import os
import random
import select
import socket
import struct
import subprocess
import sys
import time
import traceback

PATIENCE = int(os.environ.get('LORICA_PATIENCE', '120'))  # seconds for what must come
HOST, GUEST = '10.0.2.2', '10.0.2.15'
HOST6, GUEST6 = 'fec0::2', 'fec0::15'
MAC = b'\x52\x55\x0a\x00\x02\x02'
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16

INSIDE = '''
import errno, json, os, select, socket, struct, sys, time
names = {}
exec(compile("import errno, os, select, socket, struct, time", "wire", "exec"), names)
def attempt(call, *arguments):
    try:
        return call(*arguments)
    except OSError as error:
        return errno.errorcode[error.errno]
names["attempt"] = attempt
for line in sys.stdin:
    code = json.loads(line)
    try:
        try:
            code = compile(code, "wire", "eval")
        except SyntaxError:
            code = compile(code, "wire", "exec")
        print("=", repr(eval(code, names)), flush=True)
    except Exception as error:
        print("!", repr(error), flush=True)
'''


def checksum(data):
    if len(data) % 2:
        data += b'\0'
    total = sum(struct.unpack(f'!{len(data) // 2}H', data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def address(text):
    return socket.inet_pton(socket.AF_INET6 if ':' in text else socket.AF_INET, text)


class Packet:
    """A received IP packet; TCP and UDP fields where they apply."""

    def __init__(self, frame):
        self.kind = struct.unpack('!H', frame[12:14])[0]
        self.ip = ip = frame[14:]
        self.protocol = self.source = self.to = None
        self.fragment = 0
        if self.kind == 0x0800:
            header = (ip[0] & 15) * 4
            length, self.id, self.fragment = struct.unpack('!HHH', ip[2:8])
            self.protocol = ip[9]
            self.source, self.to = socket.inet_ntoa(ip[12:16]), socket.inet_ntoa(ip[16:20])
            self.next = ip[header:length]
        elif self.kind == 0x86dd:
            self.protocol = ip[6]
            self.source, self.to = (socket.inet_ntop(socket.AF_INET6, ip[i:i + 16]) for i in (8, 24))
            self.next = ip[40:40 + struct.unpack('!H', ip[4:6])[0]]
        else:
            self.next = b''
        self.port = self.to_port = None
        if self.protocol in (6, 17) and not self.fragment & 0x1fff:
            self.port, self.to_port = struct.unpack('!HH', self.next[:4])
        if self.protocol == 6:
            self.seq, self.ack, offset, self.flags, self.window = struct.unpack('!IIBBH', self.next[4:16])
            self.data = self.next[(offset >> 4) * 4:]
            self.options = self.next[20:(offset >> 4) * 4]
        elif self.protocol == 17 and self.port is not None:
            self.data = self.next[8:]


class Wire:
    def __init__(self, own, peer):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        self.socket.bind(own)
        self.peer = peer
        self.mac = None
        self.queue = []
        self.id = 1
        self.hooks = []  # each sees what arrives first; true: it was for it

    def frame(self, payload, kind, to=None):
        while True:
            try:
                self.socket.sendto((to or self.mac or b'\xff' * 6) + MAC + struct.pack('!H', kind) + payload, self.peer)
                return
            except (FileNotFoundError, ConnectionRefusedError):
                time.sleep(0.1)  # QEMU is not there yet

    def ip4(self, protocol, payload, source=HOST, to=GUEST, fragment=0, number=None, mac=None):
        if number is None:
            number, self.id = self.id, self.id + 1
        head = struct.pack('!BBHHHBBH4s4s', 0x45, 0, 20 + len(payload), number & 0xffff, fragment, 64, protocol, 0, address(source), address(to))
        self.frame(head[:10] + struct.pack('!H', checksum(head)) + head[12:] + payload, 0x0800, mac)

    def ip6(self, protocol, payload, source=HOST6, to=GUEST6, hops=255, mac=None):
        self.frame(struct.pack('!IHBB', 6 << 28, len(payload), protocol, hops) + address(source) + address(to) + payload, 0x86dd, mac)

    def transport(self, protocol, payload, at, source, to, **more):
        """Sends with the checksum at offset `at` filled in."""
        head = address(source) + address(to)
        head += struct.pack('!IHBB', len(payload), 0, 0, protocol) if ':' in source else struct.pack('!BBH', 0, protocol, len(payload))
        if protocol == 1:
            head = b''
        total = checksum(head + payload) or 0xffff
        payload = payload[:at] + struct.pack('!H', total) + payload[at + 2:]
        (self.ip6 if ':' in source else self.ip4)(protocol, payload, source=source, to=to, **more)

    def tcp(self, port, to_port, flags, seq, ack=0, data=b'', window=65535, options=b'', source=HOST, to=GUEST):
        offset = (20 + len(options)) // 4 << 4
        self.transport(6, struct.pack('!HHIIBBHHH', port, to_port, seq & 0xffffffff, ack & 0xffffffff, offset, flags, window, 0, 0) + options + data,
                       16, source, to)

    def udp(self, port, to_port, data, source=HOST, to=GUEST, **more):
        self.transport(17, struct.pack('!HHHH', port, to_port, 8 + len(data), 0) + data, 6, source, to, **more)

    def icmp(self, kind, code, rest, source=HOST, to=GUEST, **more):
        self.transport(58 if ':' in source else 1, struct.pack('!BBH', kind, code, 0) + rest, 2, source, to, **more)

    def poll(self, seconds):
        """Takes what arrives within the time; addresses are resolved here."""
        if not select.select([self.socket], [], [], seconds)[0]:
            return False
        frame = self.socket.recv(65536)
        self.mac = frame[6:12]
        kind = struct.unpack('!H', frame[12:14])[0]
        if kind == 0x0806:
            operation, sender, target = struct.unpack('!6xH6x4s6x4s', frame[14:42])
            if operation == 1 and target != address(GUEST) and target != sender:
                self.frame(struct.pack('!HHBBH', 1, 0x0800, 6, 4, 2) + MAC + target + frame[22:32], 0x0806)
            return True
        packet = Packet(frame)
        if packet.protocol == 58 and packet.next[0] == 135:  # neighbour solicitation
            target = packet.next[8:24]
            if packet.source != '::' and not any(target == address(own) for own in (GUEST6,)):
                self.transport(58, struct.pack('!BBHI', 136, 0, 0, 0x60000000) + target + b'\2\1' + MAC, 2, socket.inet_ntop(socket.AF_INET6, target), packet.source)
            return True
        if not any(hook(packet) for hook in self.hooks):
            self.queue.append(packet)
        return True

    def expect(self, what, test):
        """The next packet for which test is true; others stay."""
        end = time.monotonic() + PATIENCE
        seen = 0
        while True:
            for i, packet in enumerate(self.queue[seen:]):
                if test(packet):
                    return self.queue.pop(seen + i)
            seen = len(self.queue)
            if not self.poll(1) and time.monotonic() > end:
                raise AssertionError(f'{what} did not come')

    def settle(self):
        """All that was sent so far has been dealt with, and what it caused is in the queue."""
        self.id += 1
        mark = struct.pack('!HHQ', 77, self.id & 0xffff, random.getrandbits(64))
        self.icmp(8, 0, mark)
        self.expect('an echo', lambda p: p.protocol == 1 and p.next[0] == 0 and p.next[4:16] == mark)

    def none(self, what, test):
        self.settle()
        if any(test(packet) for packet in self.queue):
            raise AssertionError(f'{what} came')


class Guest:
    def __init__(self, lorica, work, *options):
        self.process = subprocess.Popen(
            [lorica, 'run', '--timeout', '1500', *options] + ([] if '--manifest' in options else ['--package', 'python3', 'python3', '-u', '-c', INSIDE]),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=open(f'{work}/wire.err', 'w', encoding='utf8'), text=True)

    def start(self, code):
        self.process.stdin.write(json.dumps(code) + '\n')
        self.process.stdin.flush()

    def answer(self):
        line = self.process.stdout.readline()
        if not line.startswith('='):
            raise AssertionError(f'inside: {line.strip() or "the machine has ended"}')
        return ast.literal_eval(line[1:].strip())

    def __call__(self, code):
        self.start(code)
        return self.answer()

    def end(self):
        self.process.stdin.close()
        return self.process.wait()


class Connection:
    """A TCP connection from this side."""

    def __init__(self, wire, port, to_port, seq=1000, own=HOST, peer=GUEST):
        self.wire, self.port, self.to_port, self.own, self.peer = wire, port, to_port, own, peer
        self.seq, self.ack = seq, 0

    def send(self, flags, data=b'', **more):
        self.wire.tcp(self.port, self.to_port, flags, self.seq, self.ack, data, source=self.own, to=self.peer, **more)

    def mine(self, packet):
        return packet.protocol == 6 and (packet.port, packet.to_port, packet.source) == (self.to_port, self.port, self.peer)

    def expect(self, what, flags, mask=FIN | SYN | RST | ACK):
        packet = self.wire.expect(what, lambda p: self.mine(p) and p.flags & mask == flags)
        self.ack = packet.seq + len(packet.data) + bool(packet.flags & SYN) + bool(packet.flags & FIN)
        return packet

    def open(self, **more):
        self.send(SYN, **more)
        answer = self.expect('SYN, ACK', SYN | ACK)
        equal(answer.ack, (self.seq + 1) & 0xffffffff)
        self.seq += 1
        self.send(ACK)
        return answer

    def forget(self):
        self.wire.queue = [p for p in self.wire.queue if not self.mine(p)]


def equal(a, b):
    if a != b:
        raise AssertionError(f'{a!r}, not {b!r}')


# --- Tests: each has the wire and the guest -------------------------------------------------------------------------


def listener(guest, name, port, backlog=16, options='', family='AF_INET'):
    guest(f'{name} = socket.socket(socket.{family}); {name}.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); {options}'
          f'{name}.bind(("", {port})); {name}.listen({backlog}); {name}.setblocking(False)')


def accept(guest, listening, name):
    guest(f'select.select([{listening}], [], [], {PATIENCE}); {name}, _ = {listening}.accept()')


def closed_there_first(wire, guest, connection, server):
    accept(guest, server, 'connection')
    guest('connection.close()')
    connection.expect('FIN', FIN | ACK)
    connection.send(FIN | ACK)
    connection.seq += 1
    connection.expect('ACK of the FIN', ACK)


def time_wait(wire, guest):
    """a port comes again within a minute"""
    listener(guest, 'server', 80)
    first = Connection(wire, 40000, 80)
    first.open()
    closed_there_first(wire, guest, first, 'server')
    again = Connection(wire, 40000, 80, seq=first.seq + 64000)
    again.open()
    accept(guest, 'server', 'connection')
    again.send(PSH | ACK, b'hello')
    equal(guest('connection.recv(10)'), b'hello')
    guest('connection.close()')
    again.seq += 5
    again.expect('FIN', FIN | ACK)
    again.send(FIN | ACK)
    again.seq += 1
    again.expect('ACK', ACK)
    wire.settle()
    again.forget()


def time_wait_old(wire, guest):
    """an old sequence number does not end TIME_WAIT, the reset that answers does"""
    listener(guest, 'server', 81)
    first = Connection(wire, 40001, 81, seq=5000)
    first.open()
    closed_there_first(wire, guest, first, 'server')
    wire.settle()
    first.forget()
    old = Connection(wire, 40001, 81, seq=3000)
    old.send(SYN)
    answer = old.expect('ACK of what it knows', ACK)
    equal(answer.ack, first.seq)
    wire.tcp(40001, 81, RST, answer.ack)
    old.open()
    accept(guest, 'server', 'connection')
    guest('connection.close(); server.close()')


def full_list(wire, guest):
    """a full list answers nothing, and lets in who tries again"""
    listener(guest, 'server', 82, 1)
    clients = [Connection(wire, 41000 + i, 82) for i in range(5)]
    for client in clients[:2]:
        client.open()
    wire.settle()
    for client in clients[2:]:
        client.send(SYN)
    wire.none('an answer', lambda p: any(client.mine(p) for client in clients[2:]))
    accept(guest, 'server', 'a')
    clients[2].open()
    wire.settle()
    clients[3].send(SYN)
    wire.none('an answer', clients[3].mine)
    accept(guest, 'server', 'b')
    accept(guest, 'server', 'c')
    clients[4].open()
    accept(guest, 'server', 'd')
    equal(guest('[s.getpeername()[1] for s in (a, b, c, d)]'), [41000, 41001, 41002, 41004])
    guest('[s.close() for s in (a, b, c, d, server)]')


def list_ends(wire, guest):
    """closing a listening socket resets who waits, and nobody listens then"""
    listener(guest, 'server', 83)
    client = Connection(wire, 42000, 83)
    client.open()
    wire.settle()
    guest('server.close()')
    client.expect('RST', RST | ACK)
    late = Connection(wire, 42001, 83)
    late.send(SYN)
    late.expect('RST', RST | ACK)


def window(wire, guest):
    """SO_RCVBUF bounds what is taken in, and the window opens again"""
    for size, expected in ((8192, 8192), (1, 2920), (100000, 65535)):
        listener(guest, 'server', 84, options=f'server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, {size}); ')
        client = Connection(wire, 43000 + size % 1000, 84)
        equal(client.open().window, expected)
        accept(guest, 'server', 'connection')
        if expected == 65535:
            guest('connection.close(); server.close()')
            continue
        sent, acknowledged, room = 0, client.seq, expected
        start = client.seq
        while True:  # as much as the window says, and once more
            for packet in [p for p in wire.queue if client.mine(p)]:
                acknowledged, room = packet.ack, packet.window
            client.forget()
            left = acknowledged + room - client.seq
            if left <= 0:
                break
            data = bytes((client.seq - start + i) % 251 for i in range(min(left, 1460)))
            client.send(PSH | ACK, data)
            client.seq += len(data)
            sent += len(data)
            wire.settle()
        equal(sent, expected)
        client.send(PSH | ACK, b'beyond')
        wire.settle()
        client.forget()
        equal(guest('connection.recv(100000, socket.MSG_PEEK)'), bytes(i % 251 for i in range(sent)))
        equal(guest('len(connection.recv(100000))'), sent)
        client.expect('a window', ACK)
        client.send(PSH | ACK, b'more')
        equal(guest('connection.recv(10)'), b'more')
        guest('connection.close(); server.close()')


def bursts(wire, guest):
    """segments that come together are acknowledged, read or not, by no more packets than they are"""
    listener(guest, 'server', 88)
    client = Connection(wire, 44100, 88)
    client.open()
    accept(guest, 'server', 'connection')
    for count in (1, 2, 3, 10, 40, 1, 40):
        data = random.Random(count).randbytes(count * 1000)
        start, seen = client.seq, []
        for at in range(0, len(data), 1000):
            client.send(PSH | ACK, data[at:at + 1000])
            client.seq += 1000
        while client.seq not in seen:
            acknowledged = client.expect('an acknowledgement of all', ACK).ack
            if acknowledged != start:  # else of a window, from the round before
                seen.append(acknowledged)
        assert len(seen) <= count, (seen, count)
        equal(guest(f'connection.recv({len(data)}, socket.MSG_WAITALL)'), data)
    guest('connection.close(); server.close()')


def window_out(wire, guest):
    """the same for a connection from inside"""
    guest('client = socket.socket(); client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 6000); client.setblocking(False)')
    equal(guest(f'client.connect_ex(("{HOST}", 99))'), errno.EINPROGRESS)
    syn = wire.expect('SYN', lambda p: p.protocol == 6 and p.to_port == 99 and p.flags == SYN)
    client = Connection(wire, 99, syn.port, seq=7000)
    client.ack = syn.seq + 1
    client.send(SYN | ACK)
    client.seq += 1
    equal(client.expect('ACK', ACK).window, 6000)
    equal(guest(f'select.select([], [client], [], {PATIENCE})[1] == [client]'), True)
    guest('client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 20000)')
    client.send(PSH | ACK, b'x' * 1000)
    client.seq += 1000
    equal(guest(f'select.select([client], [], [], {PATIENCE})[0] == [client]'), True)
    equal(guest('len(client.recv(2000))'), 1000)
    client.send(PSH | ACK, b'y' * 1000)
    client.seq += 1000
    equal(client.wire.expect('a larger window', lambda p: client.mine(p) and p.window > 15000).flags & RST, 0)
    guest('client.close()')
    client.forget()


def unreachable(wire, quoted, code, kind=3, source=HOST):
    wire.icmp(kind, code, b'\0' * 4 + quoted.ip[:28], source=source)


def same_place(wire, guest):
    """datagrams to one place again and again: each is right by itself, and what changes in between is seen at once"""
    guest('u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); u.bind(("", 5000))')

    def post(size, to_port, code='', ttl=64, tos=0, port=5000, own=HOST, send=None):
        data = random.Random(size + to_port).randbytes(size)
        equal(guest(code or 'None'), None)
        equal(guest(send or f'u.sendto({data!r}, ("{own}", {to_port}))'), size)
        packet = wire.expect('a datagram', lambda p: p.protocol == 17 and p.to_port == to_port)
        equal((packet.data if not send else b'', packet.port, packet.source, packet.to), (data if not send else b'', port, GUEST, own))
        equal((packet.ip[8], packet.ip[1], checksum(packet.ip[:20])), (ttl, tos, 0))
        pseudo = packet.ip[12:20] + struct.pack('!HH', 17, len(packet.next))
        equal((struct.unpack('!H', packet.next[4:6])[0], checksum(pseudo + packet.next)), (8 + size, 0))
        return packet.id

    post(1, 8)  # asks for the neighbour
    numbers = [post(size, 9) for size in (1, 1, 0, 2, 3, 7, 8, 9, 63, 64, 65, 500, 1471, 1472, 1)]
    assert len(set(numbers)) == len(numbers), numbers
    for to_port in (9, 10, 9, 10):
        post(5, to_port)
    post(5, 9, own='10.0.2.77')
    post(5, 9)
    post(6, 9, 'u.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, 9)', ttl=9)
    post(6, 9, 'u.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, 16)', ttl=9, tos=16)
    post(6, 9, 'u.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)', ttl=9, tos=16)
    post(6, 9, 'u.close(); u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); u.bind(("", 5001))', port=5001)
    post(6, 9, port=5001)
    post(4, 9, f'u.connect(("{HOST}", 9))', port=5001, send='u.send(b"four")')
    post(4, 9, port=5001, send='u.send(b"four")')
    post(4, 10, port=5001)
    post(4, 9, 'u.shutdown(socket.SHUT_RD)', port=5001, send='u.send(b"four")')
    equal(guest('u.shutdown(socket.SHUT_WR), attempt(u.send, b"four")'), (None, 'EPIPE'))
    equal(guest(f'attempt(u.sendto, b"four", ("{HOST}", 9))'), 'EPIPE')
    guest('u.close()')


def icmp_udp(wire, guest):
    """ICMP errors reach connected UDP sockets, and those that ask for them"""
    guest(f'u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); u.connect(("{HOST}", 9)); u.setblocking(False); u.send(b"a")')
    sent = wire.expect('a datagram', lambda p: p.protocol == 17 and p.to_port == 9)
    unreachable(wire, sent, 1)
    wire.settle()
    equal(guest('attempt(u.recv, 10)'), 'EAGAIN')
    unreachable(wire, sent, 3)
    wire.settle()
    equal(guest('bool(select.select([u], [], [], 0)[0]), attempt(u.recv, 10), attempt(u.recv, 10)'), (True, 'ECONNREFUSED', 'EAGAIN'))
    unreachable(wire, sent, 13, source='10.0.2.77')  # a router
    wire.settle()
    equal(guest('attempt(u.send, b"b"), attempt(u.send, b"c")'), ('EHOSTUNREACH', 1))
    guest(f'v = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); v.setblocking(False); v.sendto(b"d", ("{HOST}", 10))')
    sent = wire.expect('a datagram', lambda p: p.protocol == 17 and p.to_port == 10)
    unreachable(wire, sent, 3)
    wire.settle()
    equal(guest('attempt(v.recv, 10)'), 'EAGAIN')
    guest('v.setsockopt(socket.IPPROTO_IP, 11, 1)')  # IP_RECVERR
    unreachable(wire, sent, 3)
    wire.settle()
    equal(guest('attempt(v.recv, 10)'), 'ECONNREFUSED')
    guest('u.close(); v.close()')
    unreachable(wire, sent, 3)
    wire.settle()


def icmp_tcp(wire, guest):
    """ICMP ends a connection that is being made, if it quotes the right one"""
    guest('client = socket.socket(); client.setblocking(False)')
    equal(guest('client.connect_ex(("10.9.9.9", 99))'), errno.EINPROGRESS)
    syn = wire.expect('SYN', lambda p: p.protocol == 6 and p.to == '10.9.9.9' and p.flags == SYN)
    wrong = Packet(b'\0' * 12 + b'\x08\x00' + syn.ip[:24] + struct.pack('!I', (syn.seq + 5000) & 0xffffffff) + syn.ip[28:])
    unreachable(wire, wrong, 1)
    wire.settle()
    equal(guest('bool(select.select([], [client], [], 0)[1])'), False)
    unreachable(wire, syn, 1)
    wire.settle()
    equal(guest('bool(select.select([], [client], [], 0)[1]), client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)'), (True, errno.EHOSTUNREACH))
    guest('client.close()')


def icmp_nonsense(wire, guest):
    """20,000 ICMP messages that quote nonsense do no harm"""
    numbers = random.Random(4)
    guest(f'u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); u.connect(("{HOST}", 9)); u.setblocking(False); u.send(b"a")')
    sent = wire.expect('a datagram', lambda p: p.protocol == 17 and p.to_port == 9)
    for i in range(20000 if not os.environ.get('LORICA_SHORT') else 2000):
        quoted = bytearray(sent.ip[:28])
        for _ in range(numbers.randrange(1, 4)):
            quoted[numbers.randrange(len(quoted))] = numbers.randrange(256)
        if quoted == sent.ip[:28]:
            continue
        quoted = bytes(quoted[:numbers.randrange(len(quoted) + 1)])
        wire.icmp(numbers.choice((3, 3, 3, 11, 12, numbers.randrange(256))), numbers.randrange(20), b'\0' * numbers.randrange(5) + quoted)
        if i % 50 == 49:
            wire.settle()
            wire.queue.clear()
    wire.settle()
    guest('u.close()')


def fragments(wire, guest):
    """datagrams of 60,000 bytes in fragments, both ways"""
    data = bytes(i * 7 % 253 for i in range(60000))
    guest('u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); u.bind(("", 5000))')
    whole = struct.pack('!HHHH', 6000, 5000, 8 + len(data), 0) + data  # no checksum
    for order in (range(0, len(whole), 1480), reversed(range(0, len(whole), 1480))):
        number, wire.id = wire.id, wire.id + 1
        for at in order:
            wire.ip4(17, whole[at:at + 1480], fragment=at // 8 | (0x2000 if at + 1480 < len(whole) else 0), number=number)
        equal(guest(f'select.select([u], [], [], {PATIENCE})[0] == [u]'), True)
        equal(guest('u.recv(65536) == bytes(i * 7 % 253 for i in range(60000))'), True)
    guest(f'u.sendto(bytes(i * 7 % 253 for i in range(60000)), ("{HOST}", 6000))')
    got = {}
    while sum(map(len, got.values())) < len(whole):
        part = wire.expect('a fragment', lambda p: p.protocol == 17 and p.to == HOST)
        got[(part.fragment & 0x1fff) * 8] = part.next
    equal(b''.join(got[at] for at in sorted(got))[8:], data)
    guest('u.close()')


def edges(value, size):
    """The boundary values of a header field."""
    top = (1 << 8 * size) - 1
    return [edge & top for edge in (0, 1, value - 1, value + 1, top, top - 1, top // 2, top // 2 + 1)]


def barrage(wire, client, numbers):
    """Segments of a connection in which each field has each of its boundary values, alone and in pairs; and cut at every length."""
    sizes = {'seq': 4, 'ack': 4, 'offset': 1, 'flags': 1, 'window': 2, 'urgent': 2, 'kind': 1, 'length': 1}
    good = {'seq': client.seq, 'ack': client.ack, 'offset': 0x60, 'flags': ACK | PSH, 'window': 1000, 'urgent': 0, 'kind': 2, 'length': 4}
    single = [{field: edge} for field, size in sizes.items() for edge in edges(good[field], size)]
    pairs = [{**one, **other} for one in single for other in single if one.keys() != other.keys()]

    def segment(change):
        f = {**good, **change}
        return struct.pack('!HHIIBBHHHBBH', client.port, client.to_port, f['seq'] & 0xffffffff, f['ack'] & 0xffffffff, f['offset'], f['flags'], f['window'],
                           0, f['urgent'], f['kind'], f['length'], 1460) + b'data'

    for number, change in enumerate(single + numbers.sample(pairs, 200)):
        wire.transport(6, segment(change), 16, HOST, GUEST)
        if number % 50 == 49:
            wire.settle()
    for length in range(1, 28):
        wire.ip4(6, segment({})[:length])
    wire.settle()


def no_answer(wire, guest, client):
    pass


def half_open(wire, guest, client):
    client.send(SYN)
    client.expect('SYN, ACK', SYN | ACK)
    client.seq += 1


def established(wire, guest, client):
    client.open()
    accept_from(guest, client)


def they_closed(wire, guest, client):
    established(wire, guest, client)
    guest('c.close()')
    client.expect('FIN', FIN | ACK)


def they_closed_first(wire, guest, client):
    they_closed(wire, guest, client)
    client.send(ACK)


def we_closed(wire, guest, client):
    established(wire, guest, client)
    client.send(FIN | ACK)
    client.seq += 1
    client.expect('ACK of the FIN', ACK)


def both_closed(wire, guest, client):
    we_closed(wire, guest, client)
    guest('c.close()')
    client.expect('FIN', FIN | ACK)


def waiting(wire, guest, client):
    they_closed(wire, guest, client)
    client.send(FIN | ACK)
    client.seq += 1
    client.expect('ACK of the FIN', ACK)


def they_call(wire, guest, client):
    guest(f'c = socket.socket(); c.setblocking(False); attempt(c.connect, ("{HOST}", {client.port}))')
    call = wire.expect('SYN', lambda p: p.protocol == 6 and p.to_port == client.port and p.flags & SYN)
    client.to_port, client.ack = call.port, call.seq + 1


def accept_from(guest, client):
    """`c` inside is this connection; others that a segment may have made are closed."""
    equal(guest(f'c = whose(server, {client.port})'), None)


def malformed(wire, guest):
    """malformed segments in each state of a connection do no harm"""
    numbers = random.Random(5)
    listener(guest, 'server', 86, 64)
    guest('def whose(server, port):\n'
          '    while True:\n'
          f'        select.select([server], [], [], {PATIENCE})\n'
          '        c, peer = server.accept()\n'
          '        if peer[1] == port:\n'
          '            return c\n'
          '        c.close()\n')
    states = (no_answer, half_open, established, they_closed, they_closed_first, we_closed, both_closed, waiting, they_call)
    for number, enter in enumerate(states):
        client = Connection(wire, 45000 + number, 86, seq=70000)
        enter(wire, guest, client)
        barrage(wire, client, numbers)
        client.forget()
        fresh = Connection(wire, 46000 + number, 86)
        fresh.open()
        accept_from(guest, fresh)
        fresh.send(PSH | ACK, b'hello')
        equal(guest(f'c.setblocking(True); c.settimeout({PATIENCE})'), None)
        equal(guest('c.recv(10)'), b'hello')
        guest('c.close()')
        fresh.expect('FIN', FIN | ACK)
        fresh.seq += 5
        fresh.send(RST | ACK)
        wire.settle()
        fresh.forget()
    guest('server.close()')


def stamp(numbers, use):
    """A timestamp option; empty if none is used."""
    stamp.now += numbers.randrange(2)
    return b'\1\1\x08\x0a' + struct.pack('!II', stamp.now, 0) if use else b''


stamp.now = 1
MSS_1460 = b'\2\4' + struct.pack('!H', 1460)


def arrived(wire, client):
    """Packets of a connection, all that are there; waits a moment for the first."""
    if wire.poll(0.2):
        while wire.poll(0):
            pass
    packets = [p for p in wire.queue if client.mine(p)]
    client.forget()
    return packets


def lossy_out(wire, guest, rounds=range(4)):
    """what an instance sends arrives whole where packets are lost, come twice and late, and are acknowledged in odd places"""
    numbers = random.Random(7)
    listener(guest, 'server', 86, family='AF_INET6')
    size = 400000 if not os.environ.get('LORICA_SHORT') else 150000
    pattern = bytes(i * i % 251 for i in range(size))
    for round in rounds:
        stamps, six = round & 1, round == 4
        client = Connection(wire, 45000 + round, 86, 0xffff0000 if round else 1000, HOST6 if six else HOST, GUEST6 if six else GUEST)
        client.open(options=MSS_1460 + stamp(numbers, stamps))
        accept(guest, 'server', 'connection')
        guest.start(f'connection.setblocking(True); connection.setsockopt(6, 1, {round % 3 == 0:d}); '
                    f'connection.sendall(bytes(i * i % 251 for i in range({size}))); connection.close()')
        start, got, edge, late, ended, window = client.ack, bytearray(size), 0, [], None, 65535
        ahead = {}  # what came out of order: offset -> end
        right = 65535  # as far as was ever permitted

        def take(packet):
            nonlocal edge, ended
            at = (packet.seq - start) & 0xffffffff
            at = at - (1 << 32) if at >> 31 else at
            end = at + len(packet.data)
            equal(len(packet.data) <= 1460 - 12 * stamps - 20 * six and end <= right, True)
            equal(packet.data, pattern[max(at, 0):end] if at >= 0 else packet.data)
            if packet.flags & FIN:
                equal(end, size)
                ended = end
            ahead[at] = max(ahead.get(at, 0), end)
            for begin in sorted(ahead):
                if begin <= edge:
                    edge = max(edge, ahead.pop(begin))

        def acknowledge(upto, window):
            nonlocal right
            right = max(right, upto + window)
            client.ack = (start + upto + (ended is not None and upto == ended)) & 0xffffffff
            client.send(ACK, window=window, options=stamp(numbers, stamps))

        told = 0
        while ended is None or edge < size:
            packets = arrived(wire, client)
            for packet in packets:
                equal(packet.flags & RST, 0)
                if not packet.data and not packet.flags & FIN:
                    continue
                luck = numbers.random()
                if luck < 0.03:
                    continue  # lost
                if luck < 0.06:
                    late.append(packet)
                    continue
                before = edge
                take(packet)
                if edge == before:
                    acknowledge(told, window)  # once more
                elif numbers.random() < 0.4:
                    told = edge if numbers.random() < 0.7 else numbers.randrange(told, edge + 1)
                    if numbers.random() < 0.05:
                        window = numbers.choice((65535, 65535, 65535, 20000, 3000, 700))
                    acknowledge(told, window)
            if not packets or numbers.random() < 0.1:
                for packet in late:
                    take(packet)
                late, told, window = [], edge, window if numbers.random() < 0.7 else 65535
                acknowledge(told, window)
        client.ack = (start + size + 1) & 0xffffffff
        equal(guest.answer(), None)
        client.send(FIN | ACK)
        client.seq += 1
        client.expect('ACK of the FIN', ACK)
        client.forget()
    guest('server.close()')


def lossy_in(wire, guest, rounds=range(4)):
    """what is sent to an instance arrives whole, in bursts, out of order, twice, overlapping and with holes"""
    numbers = random.Random(8)
    listener(guest, 'server', 87, family='AF_INET6')
    size = 400000 if not os.environ.get('LORICA_SHORT') else 150000
    pattern = bytes(i * i % 253 for i in range(size))
    guest('def whole(connection, size):\n data = b""\n while len(data) < size:\n  part = connection.recv(40000)\n'
          '  if not part: break\n  data += part\n return data == bytes(i * i % 253 for i in range(size))')
    for round in rounds:
        stamps, six = round & 1, round == 4
        client = Connection(wire, 46000 + round, 87, 0xfffff000 if round & 2 else 1000, HOST6 if six else HOST, GUEST6 if six else GUEST)
        answer = client.open(options=MSS_1460 + stamp(numbers, stamps))
        accept(guest, 'server', 'connection')
        guest.start(f'connection.setblocking(True); print("=", whole(connection, {size}), flush=True)')
        start, edge, room, sent = client.seq, 0, answer.window, 0
        quiet = 0
        while edge < size:
            burst = []
            while sent < min(size, edge + room) and len(burst) < 30:
                part = numbers.choice((1460 - 12 * stamps - 20 * six,) * 8 + (1, 100, 777))
                part = min(part, size - sent, edge + room - sent)
                burst.append((sent, part))
                sent += part
            for _ in range(len(burst) // 8):
                fault = numbers.randrange(8)
                at = numbers.randrange(len(burst))
                if fault == 0:
                    burst.pop(at)
                elif fault == 1:
                    burst.insert(numbers.randrange(len(burst)), burst.pop(at))
                elif fault == 2:
                    burst.append(burst[at])
                elif fault == 3 and burst[at][0] > 50:
                    burst[at] = (burst[at][0] - 50, burst[at][1])  # begins with what was there already
                if not burst:
                    break
            for at, part in burst:
                client.seq = (start + at) & 0xffffffff
                client.send(ACK | (PSH if numbers.randrange(5) == 0 else 0), pattern[at:at + part], options=stamp(numbers, stamps))
            before = edge
            for packet in arrived(wire, client):
                equal(packet.flags & (RST | FIN), 0)
                edge, room = max(edge, (packet.ack - start) & 0x7fffffff), packet.window
            quiet = 0 if edge > before else quiet + 1
            if quiet >= 2:
                sent, quiet = edge, 0  # from there once more
        equal(guest.answer(), True)
        equal(guest.answer(), None)
        client.seq = (start + size) & 0xffffffff
        client.send(RST | ACK)
        wire.settle()
        client.forget()
    guest('connection.close(); server.close()')


def last_words(wire, guest):
    """the other end gets all that was sent before the instance ended"""
    listener(guest, 'server', 85)
    client = Connection(wire, 44000, 85)
    client.open()
    accept(guest, 'server', 'connection')
    guest.start('connection.setblocking(True); connection.sendall(bytes(i % 251 for i in range(500000))); os._exit(3)')
    data, ended = b'', False
    while not ended:
        packet = wire.expect('the rest', client.mine)
        if packet.seq != client.ack:
            continue
        data += packet.data
        ended = bool(packet.flags & FIN)
        client.ack += len(packet.data) + ended
        client.send(FIN | ACK if ended else ACK)
    equal(data == bytes(i % 251 for i in range(500000)), True)
    equal(guest.process.wait(), 3)


def lossy_six(wire, guest):
    """both over IPv6"""
    lossy_out(wire, guest, (4,))
    lossy_in(wire, guest, (4,))


def advertised_router(wire, guest):
    """a router advertises itself where addresses are the manifest's, and nothing stops"""
    guest('u = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM); u.sendto(b"first", ("fec0::2", 7))')
    wire.expect('a datagram', lambda p: p.protocol == 17 and p.to_port == 7)
    wire.icmp(134, 0, struct.pack('!BBHII', 64, 0, 1800, 0, 0) + b'\3\4\x40\xc0' + struct.pack('!III', 86400, 14400, 0) + address('fec0::'),
              source='fe80::2', to='ff02::1', mac=b'\x33\x33\0\0\0\1')
    for _ in range(3):
        wire.settle()
        time.sleep(1)  # its timers may send, too
    guest('u.sendto(b"six", ("fec0::2", 7))')
    equal(wire.expect('a datagram', lambda p: p.protocol == 17 and p.to_port == 7).data, b'six')


TESTS = [time_wait, time_wait_old, full_list, list_ends, window, bursts, window_out, same_place, icmp_udp, icmp_tcp, icmp_nonsense, fragments, malformed, lossy_out,
         lossy_in, last_words]
TESTS6 = [advertised_router, lossy_six]  # with the addresses of a manifest


def main(lorica, work, pattern='', net=None):
    """net: where the guest's card is, instead of a wire of packets to us"""
    count = failed = 0

    def result(error, name):
        nonlocal count, failed
        count += 1
        failed += error is not None
        print(f'{"not " if error else ""}ok {count} - {name}' + (f'\n# {error}' if error else ''), flush=True)

    def run(tests):
        for test in tests:
            error = None
            try:
                wire.queue.clear()
                test(wire, guest)
            except AssertionError as problem:
                where = traceback.extract_tb(problem.__traceback__)  # here, the test, and what it called
                error = f'{problem}, line {where[1].lineno}'
            result(error, test.__doc__)

    tests = [test for test in TESTS if pattern in test.__name__]
    if tests:
        wire = Wire(f'{work}/wire.host', f'{work}/wire.guest')
        guest = Guest(lorica, work, '--net', net or f'socket:{work}/wire.guest,{work}/wire.host')
        guest('None')
    run(tests)
    if tests:
        guest.end()
    tests = [test for test in TESTS6 if pattern in test.__name__]
    if tests:
        with open(f'{work}/wire.manifest', 'w', encoding='utf8') as manifest:
            manifest.write('instance main\n libos linux\n root packages:python3\n memory rest\n arg python3\n arg -u\n arg -c\n'
                           f' arg {json.dumps(INSIDE)}\n address {GUEST}/24\n gateway {HOST}\n address {GUEST6}/64\n gateway {HOST6}\n')
        wire = Wire(f'{work}/six.host', f'{work}/six.guest')
        guest = Guest(lorica, work, '--manifest', f'{work}/wire.manifest', '--net', f'socket:{work}/six.guest,{work}/six.host')
    run(tests)
    if tests:
        guest.end()
    print(f'1..{count}')
    return failed != 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
