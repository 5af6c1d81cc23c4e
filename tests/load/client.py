# SPDX-License-Identifier: MIT
"""client.py - this machine's side of the load tests; every command prints what it found and ends with 1 if something is wrong.

client.py tree DIRECTORY            1,000 files of mixed sizes, the same in every run, and SHA256SUMS
client.py fetch PORT DIRECTORY N    all files of the tree over N kept connections, checked by their sums
client.py memcached PORT            sets, gets of many keys, counters, deletes
client.py packets FILE NAME=ADDRESS...  all packets of a pcapng file with these addresses belong to the instance of this name
client.py serve DIRECTORY ADDRESS   an HTTP server on a free port of 127.0.0.1 or ::1, which it prints
"""
import concurrent.futures
import hashlib
import http.client
import http.server
import os
import random
import socket
import struct
import sys

FILES = 1000
TIMEOUT = 300  # a broken connection, not a slow one


def tree(directory):
    numbers = random.Random(1)
    sums = []
    os.makedirs(directory, exist_ok=True)
    for i in range(FILES):
        low, high = ((0, 100), (100, 4000), (4000, 65536), (65536, 300000))[(0, 1, 1, 1, 1, 1, 2, 2, 2, 3)[i % 10]]
        data = numbers.randbytes(numbers.randrange(low, high) if i else 0)
        with open(f'{directory}/f{i}', 'wb') as file:
            file.write(data)
        sums.append(f'{hashlib.sha256(data).hexdigest()}  f{i}\n')
    with open(f'{directory}/../SHA256SUMS', 'w', encoding='ascii') as file:
        file.writelines(sums)
    return 0


def fetch(port, directory, connections):
    with open(f'{directory}/../SHA256SUMS', encoding='ascii') as file:
        sums = [line.split()[::-1] for line in file]

    def part(start):
        connection = http.client.HTTPConnection('127.0.0.1', int(port), timeout=TIMEOUT)
        wrong = size = 0
        for name, expected in sums[start::int(connections)]:
            connection.request('GET', '/' + name)
            answer = connection.getresponse()
            data = answer.read()
            size += len(data)
            if answer.status != 200 or hashlib.sha256(data).hexdigest() != expected:
                print(f'{name}: status {answer.status}, {len(data)} bytes')
                wrong += 1
        return wrong, size

    with concurrent.futures.ThreadPoolExecutor(int(connections)) as pool:
        parts = list(pool.map(part, range(int(connections))))
    wrong = sum(part[0] for part in parts)
    print(f'{len(sums)} files, {sum(part[1] for part in parts)} bytes, {wrong} wrong')
    return wrong != 0


def memcached(port):
    stream = socket.create_connection(('127.0.0.1', int(port)), timeout=TIMEOUT).makefile('rwb')

    def value(i):
        return hashlib.sha256(b'%d' % i).hexdigest().encode() * (i % 40 + 1)

    def ask(line, answer):
        stream.write(line + b'\r\n')
        stream.flush()
        got = stream.readline().rstrip()
        if got != answer:
            raise SystemExit(f'{line}: {got}, not {answer}')

    for batch in range(0, 2000, 50):
        for i in range(batch, batch + 50):
            stream.write(b'set key%d %d 0 %d\r\n%s\r\n' % (i, i, len(value(i)), value(i)))
        stream.flush()
        for i in range(50):
            if stream.readline() != b'STORED\r\n':
                raise SystemExit('not stored')
    for batch in range(0, 2000, 10):
        stream.write(b'get ' + b' '.join(b'key%d' % i for i in range(batch, batch + 10)) + b'\r\n')
        stream.flush()
        for i in range(batch, batch + 10):
            head = stream.readline().split()
            if head != [b'VALUE', b'key%d' % i, b'%d' % i, b'%d' % len(value(i))]:
                raise SystemExit(f'key{i}: {head}')
            if stream.read(len(value(i)) + 2) != value(i) + b'\r\n':
                raise SystemExit(f'key{i}: another value')
        if stream.readline() != b'END\r\n':
            raise SystemExit('no END')
    ask(b'set n 0 0 1\r\n5', b'STORED')
    ask(b'incr n 37', b'42')
    ask(b'append n 0 0 1\r\n0', b'STORED')
    ask(b'decr n 1', b'419')
    ask(b'delete n', b'DELETED')
    ask(b'get n', b'END')
    print('2000 values')
    return 0


def packets(file, *instances):
    """Enhanced packet blocks whose comment names the filter and its instance."""
    owners = {}
    for instance in instances:
        name, address = instance.split('=')
        owners[socket.inet_aton(address)] = name
    with open(file, 'rb') as stream:
        data = stream.read()
    at, counts, wrong = 0, dict.fromkeys(owners.values(), 0), 0
    while at + 12 <= len(data):
        kind, length = struct.unpack('<II', data[at:at + 8])
        if length < 12 or at + length > len(data):
            break  # still being written
        if kind == 6:
            captured = struct.unpack('<I', data[at + 20:at + 24])[0]
            frame, options = data[at + 28:at + 28 + captured], data[at + 28 + captured:at + length]
            if frame[12:14] == b'\x08\x00':
                for address in (frame[26:30], frame[30:34]):
                    if address in owners:
                        counts[owners[address]] += 1
                        wrong += b' of ' + owners[address].encode() not in options
        at += length
    print(', '.join(f'{name} {count}' for name, count in counts.items()), f'packets, {wrong} wrong')
    return wrong or not all(counts.values())


def serve(directory, address):
    class Handler(http.server.SimpleHTTPRequestHandler):
        protocol_version = 'HTTP/1.1'

        def __init__(self, *arguments):
            super().__init__(*arguments, directory=directory)

    class Server(http.server.ThreadingHTTPServer):
        address_family = socket.AF_INET6 if ':' in address else socket.AF_INET

    server = Server((address, 0), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == '__main__':
    commands = {'tree': tree, 'fetch': fetch, 'memcached': memcached, 'packets': packets, 'serve': serve}
    sys.exit(commands[sys.argv[1]](*sys.argv[2:]))
