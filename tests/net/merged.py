# SPDX-License-Identifier: MIT
"""merged.py - the other end of a wire whose card merges: a TCP server that sends packets of up to 64 KiB, and says whether all came.

merged.py OWN PEER MEGABYTES: answers ARP for 10.0.2.2, takes one connection to port 9000, sends MEGABYTES of bytes by chance in packets of
20 to 64 KiB as far as the window allows, from time to time a small one, then prints their SHA-256. What is not acknowledged is sent again.
"""
import hashlib
import os
import random
import socket
import struct
import sys

from wire import checksum

MAC = b'\x52\x55\x0a\x00\x02\x02'
HOST, GUEST = socket.inet_aton('10.0.2.2'), socket.inet_aton('10.0.2.15')
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
START = 0xfffff000  # so that sequence numbers go round
MSS, PACKET_MAX = 1460, 44 * 1460


class Peer:
    def __init__(self, own, to):
        self.wire = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.wire.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        self.wire.bind(own)
        self.wire.settimeout(1)
        self.to, self.mac, self.port = to, None, 0
        self.expects = 0  # of the guest

    def frame(self, kind, data):
        try:
            self.wire.sendto(self.mac + MAC + struct.pack('!H', kind) + data, self.to)
        except (BlockingIOError, TimeoutError):
            pass  # lost, as on a wire

    def tcp(self, sequence, flags, data=b'', options=b''):
        head = struct.pack('!HHIIBBHHH', 9000, self.port, sequence & 0xffffffff, self.expects,
                           (5 + len(options) // 4) << 4, flags, 65535, 0, 0) + options
        segment = head + data
        total = checksum(HOST + GUEST + struct.pack('!HH', 6, len(segment)) + segment)
        segment = segment[:16] + struct.pack('!H', total) + segment[18:]
        ip = struct.pack('!BBHHHBBH', 0x45, 0, 20 + len(segment), 1, 0x4000, 64, 6, 0) + HOST + GUEST
        ip = ip[:10] + struct.pack('!H', checksum(ip)) + ip[12:]
        self.frame(0x0800, ip + segment)

    def receive(self):
        """The next TCP segment of the guest: acknowledged, flags, window, options, sequence; None: none for a second."""
        while True:
            try:
                frame = self.wire.recv(65536)
            except TimeoutError:
                return None
            kind = frame[12:14]
            if kind == b'\x08\x06' and frame[20:22] == b'\0\1' and frame[38:42] == HOST:
                self.mac = frame[6:12]
                self.frame(0x0806, struct.pack('!HHBBH', 1, 0x800, 6, 4, 2) + MAC + HOST + frame[22:32])
            elif kind == b'\x08\0' and frame[23] == 6 and frame[30:34] == HOST:
                tcp = frame[34:14 + struct.unpack('!H', frame[16:18])[0]]
                source, _, sequence, acknowledged, size, flags, window = struct.unpack('!HHIIBBH', tcp[:16])
                self.mac, self.port = frame[6:12], source
                return acknowledged, flags, window, tcp[20:(size >> 4) * 4], sequence


def main():
    peer = Peer(sys.argv[1], sys.argv[2])
    data = random.Random(7).randbytes(int(sys.argv[3]) << 20)
    for _ in range(300):
        got = peer.receive()
        if got and got[1] & SYN:
            break
    else:
        sys.exit('merged: nobody connects')
    shift, options = 0, got[3]
    while options and options[0]:
        size = 1 if options[0] == 1 else options[1]
        shift = options[2] if options[0] == 3 else shift
        options = options[size:]
    peer.expects = (got[4] + 1) & 0xffffffff
    peer.tcp(START, SYN | ACK, options=struct.pack('!BBHBBBB', 2, 4, MSS, 1, 3, 3, 0))
    sent = acknowledged = silence = big = again = 0
    window, chance = 0, random.Random(1)
    while acknowledged < len(data):
        got = peer.receive()
        if got is None:
            silence += 1
            again += 1
            if silence > 60:
                sys.exit(f'merged: nothing is acknowledged behind {acknowledged}')
            sent = acknowledged
            if not window:
                peer.tcp(START, SYN | ACK, options=struct.pack('!BBHBBBB', 2, 4, MSS, 1, 3, 3, 0))
        elif got[1] & RST:
            sys.exit('merged: the guest gave up')
        elif got[1] & ACK and not got[1] & SYN:
            silence = 0
            acknowledged += (got[0] - START - 1 - acknowledged) & 0xffffffff
            window = got[2] << shift
            sent = max(sent, acknowledged)
        while window and sent < len(data):
            room = acknowledged + window - sent
            size = min(chance.choice((100, 20000, 40000, PACKET_MAX, PACKET_MAX)), len(data) - sent, room)
            if size <= 0 or (size < 20000 and room == size and sent > acknowledged):
                break
            peer.tcp(START + 1 + sent, ACK | PSH, data[sent:sent + size])
            big += size >= 20000
            sent += size
    peer.tcp(START + 1 + len(data), FIN | ACK)
    for _ in range(10):
        got = peer.receive()
        if got and (got[0] - START - 2 - len(data)) & 0xffffffff == 0:
            break
        peer.tcp(START + 1 + len(data), FIN | ACK)
    if got and not got[1] & FIN:
        got = peer.receive()
    if got and got[1] & FIN:
        peer.expects = (got[4] + 1) & 0xffffffff
        peer.tcp(START + 2 + len(data), ACK)
    print(hashlib.sha256(data).hexdigest())
    print(f'{big} packets of 20 KiB and more, {again} times again', file=sys.stderr)
    sys.exit(0 if big > len(data) >> 17 else 'merged: hardly any packet was big')


main()
