# SPDX-License-Identifier: MIT
"""dhcp.py - init asks for addresses at the end of a wire: this program is the DHCP server, the IPv6 router, and everybody else.

dhcp.py LORICA WORK ECHO-APP: TAP on standard output.
"""
import os
import socket
import struct
import subprocess
import sys
import time
from wire import checksum

PATIENCE = int(os.environ.get('LORICA_PATIENCE', '120'))  # seconds for what must come
MAC = b'\x52\x55\x0a\x09\x00\x02'
SERVER, ALL = '10.9.0.2', '255.255.255.255'
DISCOVER, OFFER, REQUEST, ACK, NAK = 1, 2, 3, 5, 6


def udp(to_mac, source, destination, source_port, destination_port, payload):
    a = socket.inet_aton(source) + socket.inet_aton(destination)
    segment = struct.pack('!HHHH', source_port, destination_port, 8 + len(payload), 0) + payload
    total = checksum(a + struct.pack('!HH', 17, len(segment)) + segment) or 0xffff
    segment = segment[:6] + struct.pack('!H', total) + segment[8:]
    head = struct.pack('!BBHHHBBH', 0x45, 0, 20 + len(segment), 0, 0, 64, 17, 0) + a
    head = head[:10] + struct.pack('!H', checksum(head)) + head[12:]
    return to_mac + MAC + b'\x08\x00' + head + segment


class Question:
    """A client's message, checked as far as the standard says what it must be."""

    def __init__(self, frame):
        ip = frame[14:34]
        assert checksum(ip) == 0, 'checksum of IP'
        length = struct.unpack('!H', frame[38:40])[0]
        assert checksum(ip[12:20] + struct.pack('!HH', 17, length) + frame[34:34 + length]) == 0, 'checksum of UDP'
        self.source, self.destination = (socket.inet_ntoa(ip[n:n + 4]) for n in (12, 16))
        bootp = frame[42:34 + length]
        assert bootp[:3] == b'\1\1\6' and bootp[236:240] == b'\x63\x82\x53\x63' and len(bootp) >= 300, 'BOOTP'
        self.transaction, self.mac = bootp[4:8], bootp[28:34]
        self.to_all = bootp[10] >> 7
        self.own = socket.inet_ntoa(bootp[12:16])
        self.option = {}
        at = 240
        while bootp[at] != 255:
            count = bootp[at + 1]
            self.option[bootp[at]] = bootp[at + 2:at + 2 + count]
            at += 2 + count
        assert not any(bootp[at + 1:]), 'zeros behind the end'
        self.kind, self.client = self.option[53][0], self.option[61]

    def answer(self, kind, address, seconds=3600, more=b'', transaction=None):
        option = b'\x35\x01' + bytes([kind]) + b'\x36\x04' + socket.inet_aton(SERVER)
        if kind != NAK:
            option += b'\x33\x04' + struct.pack('!I', seconds) + b'\0\x01\x04\xff\xff\xff\0\0' + b'\x03\x04' + socket.inet_aton(SERVER)
            option += b'\x06\x08' + socket.inet_aton('10.9.0.3') + socket.inet_aton('10.9.0.4')
        body = b'\2\1\6\0' + (transaction or self.transaction) + b'\0\0\x80\0' + bytes(4) + socket.inet_aton(address) + bytes(8)
        body += self.mac + bytes(10 + 64 + 128) + b'\x63\x82\x53\x63' + option + more + b'\xff'
        if self.to_all:
            return udp(b'\xff' * 6, SERVER, ALL, 67, 68, body)
        return udp(self.mac, SERVER, address, 67, 68, body)


class Machine:
    def __init__(self, lorica, work, name, arguments):
        self.own, self.peer = f'{work}/{name}.host', f'{work}/{name}.guest'
        self.wire = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.wire.bind(self.own)
        self.errors = open(f'{work}/{name}.err', 'w+b')
        self.process = subprocess.Popen([lorica, 'run', '-v', '--timeout', str(PATIENCE), '--net', f'socket:{self.peer},{self.own}', *arguments],
                                        stdin=subprocess.DEVNULL, stdout=open(f'{work}/{name}.out', 'wb'), stderr=self.errors)

    def send(self, frame):
        try:
            self.wire.sendto(frame, self.peer)
        except ConnectionRefusedError:
            pass  # the machine has just ended

    def stop(self):
        """The first signal is for the programs, the second one ends the machine."""
        while self.process.poll() is None:
            self.process.terminate()
            time.sleep(0.2)

    def frames(self):
        """What comes, until the machine ends. ARP for the server is answered."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and self.process.poll() is None:
            self.wire.settimeout(0.2)
            try:
                frame = self.wire.recv(65536)
            except TimeoutError:
                frame = b''  # nothing for a while: what was sent may have come too early
            if frame[12:14] == b'\x08\x06' and frame[20:22] == b'\0\1' and frame[38:42] == socket.inet_aton(SERVER):
                self.send(frame[6:12] + MAC + frame[12:20] + b'\0\2' + MAC + frame[38:42] + frame[22:28] + frame[28:32])
            yield frame

    def question(self):
        for frame in self.frames():
            if frame[12:14] == b'\x08\x00' and frame[23] == 17 and frame[34:38] == b'\0\x44\0\x43':
                return Question(frame)
        raise AssertionError('no question came')

    def lend(self, address, seconds=3600):
        """The ordinary way; the client's identifier."""
        question = self.question()
        while question.kind != DISCOVER:
            question = self.question()
        self.send(question.answer(OFFER, address, seconds))
        question = self.question()
        assert question.kind == REQUEST and question.option[50] == socket.inet_aton(address) and question.source == '0.0.0.0'
        assert question.option[54] == socket.inet_aton(SERVER)
        self.send(question.answer(ACK, address, seconds))
        return question.client

    def echo(self, address, text):
        """Does the echo at this address answer?"""
        self.send(udp(self.mac, SERVER, address, 4000, 7, text))
        for frame in self.frames():
            if frame[12:14] == b'\x08\x00' and frame[34:38] == b'\0\7\x0f\xa0' and frame[42:].startswith(text):
                return socket.inet_ntoa(frame[26:30]) == address
            if not frame:
                self.send(udp(self.mac, SERVER, address, 4000, 7, text))
        return False

    def said(self, text):
        """Waits for a line of its log."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if text in open(self.errors.name, encoding='utf-8', errors='replace').read():
                return True
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        return text in open(self.errors.name, encoding='utf-8', errors='replace').read()


def manifest(work, name, app, *instances):
    path = f'{work}/{name}.manifest'
    with open(path, 'w', encoding='ascii') as file:
        for instance in instances:
            file.write(f'instance {instance}\n  libos {app}\n  memory 16M\n  address dhcp\n  arg udp-echo\n  arg 7\n')
    return path


def two_instances(lorica, work, app):
    """Two instances behind one card get an address each; what is no answer is passed over; a refusal begins anew."""
    m = Machine(lorica, work, 'two', ['--manifest', manifest(work, 'two', app, 'one', 'other')])
    address, seen, refused = {}, {}, set()
    while len(seen) < 2:
        q = m.question()
        m.mac = q.mac
        lent = address.setdefault(q.client, f'10.9.0.{10 + len(address)}')
        assert q.source == '0.0.0.0' and q.destination == ALL
        if q.kind == DISCOVER:
            good = q.answer(OFFER, lent)
            for bad in (good[:60], good[:-40], good[:282] + b'\x35\xff' + good[284:], good[:286], q.answer(OFFER, '0.0.0.0'),
                        q.answer(OFFER, '239.1.1.1'), q.answer(ACK, '10.9.0.99'), q.answer(OFFER, '10.9.0.98', transaction=b'abcd')):
                m.send(bad)
            m.send(good)
        elif q.client not in refused:
            refused.add(q.client)
            m.send(q.answer(NAK, '0.0.0.0'))
        else:
            assert q.option[50] == socket.inet_aton(lent)
            m.send(q.answer(ACK, lent))
            seen[q.client] = q.option[12]
    assert sorted(seen.values()) == [b'one', b'other']
    assert m.echo('10.9.0.10', b'first') and m.echo('10.9.0.11', b'second')
    for a in ('10.9.0.10', '10.9.0.11'):
        m.send(udp(m.mac, SERVER, a, 4000, 7, b'quit'))
    for _ in m.frames():
        pass
    assert m.process.wait() == 0


def renewed_and_lost(lorica, work, app):
    """A lease is renewed in time; when the server takes it back the instance does not speak under it any more."""
    m = Machine(lorica, work, 'renew', ['--manifest', manifest(work, 'renew', app, 'one', 'other')])
    lent, renewals = {}, 0
    while renewals < 2:
        q = m.question()
        m.mac = q.mac
        a = lent.setdefault(q.option[12], f'10.9.0.{20 + len(lent)}')
        seconds = 16 if q.option[12] == b'one' else 3600
        if q.kind == DISCOVER:
            m.send(q.answer(OFFER, a, seconds))
        elif q.own == '0.0.0.0':
            m.send(q.answer(ACK, a, seconds))
        else:
            renewals += 1
            assert q.option[12] == b'one' and q.source == q.own == a and q.destination == SERVER and not {50, 54} & set(q.option)
            if renewals == 1:
                m.send(q.answer(ACK, a, seconds))
                assert m.echo(a, b'still here')
            else:
                m.send(q.answer(NAK, '0.0.0.0'))
    assert m.said('instance one: its address is lost: the DHCP server takes it back')
    m.send(udp(m.mac, SERVER, lent[b'one'], 4000, 7, b'lost'))
    m.send(udp(m.mac, SERVER, lent[b'other'], 4000, 7, b'lives'))
    for frame in m.frames():
        if not frame:
            m.send(udp(m.mac, SERVER, lent[b'other'], 4000, 7, b'lives'))
        if frame[34:38] == b'\0\7\x0f\xa0':
            assert socket.inet_ntoa(frame[26:30]) == lent[b'other'] and frame[42:].startswith(b'lives')
            break
    m.stop()


def nobody_answers(lorica, work, app):
    """Without a server: a bounded wait, progress in the log, one clear message, status 125."""
    m = Machine(lorica, work, 'nobody', ['--manifest', manifest(work, 'nobody', app, 'one')])
    questions = sum(frame[34:38] == b'\0\x44\0\x43' for frame in m.frames())
    assert m.process.wait() == 125
    assert questions >= 3, questions
    assert m.said('waiting for a DHCP server') and m.said('no DHCP server answered within 12 s')


def linux(lorica, work, app):
    """A Linux instance takes name servers and router from the lease."""
    m = Machine(lorica, work, 'linux', ['--dhcp', 'sh', '-c', 'cat /etc/resolv.conf /proc/net/route'])
    m.lend('10.9.0.77')
    for _ in m.frames():
        pass
    assert m.process.wait() == 0
    out = open(f'{work}/linux.out', encoding='ascii').read()
    assert 'nameserver 10.9.0.3\nnameserver 10.9.0.4\n' in out and '0200090A' in out, out


ROUTER = socket.inet_pton(socket.AF_INET6, 'fe80::1')
PREFIX = socket.inet_pton(socket.AF_INET6, '2001:db8:7::')


def icmp6(source, destination, kind, body, hops=255, spoil=0):
    message = bytes([kind, 0, 0, 0]) + body
    total = checksum(source + destination + struct.pack('!II', len(message), 58) + message) ^ spoil
    message = message[:2] + struct.pack('!H', total) + message[4:]
    return b'\x33\x33' + destination[12:] + MAC + b'\x86\xdd' + struct.pack('!IHBB', 6 << 28, len(message), 58, hops) + source + destination + message


ALL_NODES = socket.inet_pton(socket.AF_INET6, 'ff02::1')


def advertisement(prefix=PREFIX, bits=64, flags=0xc0, more=b'', **how):
    option = struct.pack('!BBBBIII', 3, 4, bits, flags, 86400, 14400, 0) + prefix
    dns = struct.pack('!BBHI', 25, 3, 0, 600) + socket.inet_pton(socket.AF_INET6, '2001:db8:7::53')
    return icmp6(ROUTER, ALL_NODES, 134, struct.pack('!BBHII', 64, 0, 1800, 0, 0) + option + dns + more, **how)


def solicited(m):
    """Answers what asks for a router; the addresses that are asked about before they are used."""
    probed = set()
    for frame in m.frames():
        if frame[12:14] != b'\x86\xdd' or frame[20] != 58:
            continue
        assert frame[21] == 255 and checksum(frame[22:54] + struct.pack('!II', len(frame) - 54, 58) + frame[54:]) == 0
        if frame[54] == 133 and not probed:
            for bad in (advertisement(hops=64), advertisement(spoil=1), advertisement(bits=48), advertisement(flags=0x80), advertisement(more=b'\1\0'),
                        advertisement(prefix=ROUTER[:8] + bytes(8)), advertisement()[:100], advertisement()[:60]):
                m.send(bad)
            m.send(advertisement())
        elif frame[54] == 135 and frame[22:38] == bytes(16):
            probed.add(frame[62:78])
            if len(probed) == 2:
                return probed
    raise AssertionError('nobody asks')


def automatic(work, name, lines):
    path = f'{work}/{name}.manifest'
    with open(path, 'w', encoding='ascii') as file:
        file.write('instance main\n libos linux\n root default\n memory 200M\n address auto\n' + lines)
    return path


def by_advertisement(lorica, work, app):
    """An IPv6 address is formed of what a router advertises, asked about, then used; what is damaged is passed over."""
    m = Machine(lorica, work, 'auto', ['--manifest', automatic(work, 'auto', ' arg cat\n arg /proc/net/if_inet6\n arg /etc/resolv.conf\n')])
    one, other = sorted(solicited(m))
    assert one[:8] == PREFIX[:8] and other[:8] == b'\xfe\x80' + bytes(6) and one[8:] == other[8:], (one, other)
    for _ in m.frames():
        pass
    assert m.process.wait() == 0
    out = open(f'{work}/auto.out', encoding='ascii').read()
    assert one.hex() in out and other.hex() in out and 'nameserver 2001:db8:7:0:0:0:0:53\n' in out, out


def taken(lorica, work, app):
    """An address that another machine has is not used."""
    for n in range(3):  # it waits a second for who has it: on a busy machine that is over sometimes before we have run
        m = Machine(lorica, work, f'taken{n}', ['--manifest', automatic(work, 'taken', ' arg true\n')])
        address = max(solicited(m), key=lambda a: a[:1] == b'\x20')
        m.send(icmp6(address, ALL_NODES, 136, b'\x20\0\0\0' + address))
        for _ in m.frames():
            pass
        if m.process.wait() == 125:
            break
    assert m.process.returncode == 125 and m.said('another machine has the IPv6 address')


def main():
    lorica, work, app = sys.argv[1:4]
    number = 0
    for test in (two_instances, renewed_and_lost, nobody_answers, linux, by_advertisement, taken):
        number += 1
        try:
            test(lorica, work, app)
            print(f'ok {number} - {test.__doc__.splitlines()[0]}', flush=True)
        except (AssertionError, OSError, KeyError, IndexError, struct.error) as error:
            print(f'not ok {number} - {test.__doc__.splitlines()[0]}: {error!r}', flush=True)
    print(f'1..{number}')


main()
