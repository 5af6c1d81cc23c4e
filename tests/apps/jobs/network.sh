# SPDX-License-Identifier: MIT
# network.sh - programs that talk to each other over loopback and AF_UNIX: openssl, socat, netcat, curl, busybox, bash, python
port_open() {   # port_open PORT: waits until someone listens
    for _ in $(seq 300); do
        (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return
        sleep 0.1
    done
    echo "nobody listens at $1"
}

openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -subj /CN=localhost -days 30 2> /dev/null
openssl s_server -accept 127.0.0.1:4433 -key key.pem -cert cert.pem -www -quiet > server.log 2>&1 &
server=$!
port_open 4433
printf 'GET / HTTP/1.0\r\n\r\n' | openssl s_client -connect 127.0.0.1:4433 -quiet -ign_eof 2> /dev/null | head -n 2
curl -sk -o page https://localhost:4433/ && grep -c HTTP page > /dev/null; echo "curl over TLS: $?"
kill $server; wait $server 2> /dev/null

socat TCP4-LISTEN:5000,bind=127.0.0.1,fork,reuseaddr SYSTEM:'tr a-z A-Z' &
server=$!
port_open 5000
echo hello through socat | socat - TCP4:127.0.0.1:5000
echo hello through netcat | nc -N 127.0.0.1 5000
exec 3<>/dev/tcp/127.0.0.1/5000; echo hello through bash >&3
python3 -c 'import socket; s = socket.socket(fileno=3); s.shutdown(socket.SHUT_WR); print(s.recv(100).decode(), end="")'
exec 3>&-
kill $server; wait $server 2> /dev/null

seq 1 200000 > numbers
socat -u TCP6-LISTEN:5001,bind=[::1] OPEN:copy,creat & server=$!
for _ in $(seq 300); do grep -q ':1389 .* 0A ' /proc/net/tcp6 && break; sleep 0.1; done
socat -u OPEN:numbers TCP6:[::1]:5001; wait $server
cmp numbers copy && echo "a megabyte over IPv6"

socat UNIX-LISTEN:socket,fork SYSTEM:cat & server=$!
for _ in $(seq 300); do [ -S socket ] && break; sleep 0.1; done
echo through AF_UNIX | socat - UNIX-CONNECT:socket
echo through AF_UNIX again | nc -N -U socket
kill $server; wait $server 2> /dev/null

socat -u UDP6-RECVFROM:5002,bind=[::1] - > got & server=$!
for _ in $(seq 300); do grep -q ':138A ' /proc/net/udp6 && break; sleep 0.1; done
echo datagram | socat -u - UDP6-SENDTO:[::1]:5002
wait $server; cat got

mkdir www; echo "<p>page</p>" > www/index.html; cp numbers www/
busybox httpd -f -p 127.0.0.1:8080 -h www & server=$!
port_open 8080
busybox wget -q -O - http://127.0.0.1:8080/
curl -s http://localhost:8080/numbers | cmp - numbers && echo "curl got the file"
curl -s -o /dev/null -w '%{http_code}\n' http://localhost:8080/none
python3 - <<'PYTHON'
import urllib.request
page = urllib.request.urlopen("http://127.0.0.1:8080/index.html")
print(page.status, page.read())
PYTHON
kill $server; wait $server 2> /dev/null
curl -s http://127.0.0.1:8081/; echo "nobody there: $?"

ip addr show lo | awk '/inet/ { print $1, $2 }'
python3 - <<'PYTHON'
import asyncio, socket
print(socket.getaddrinfo("localhost", 80, type=socket.SOCK_STREAM, family=socket.AF_INET))
async def serve(reader, writer):
    while line := await reader.readline():
        writer.write(line[::-1].strip() + b"\n")
        await writer.drain()
    writer.close()
async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async def client(n):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        got = []
        for i in range(5):
            writer.write(b"client %d line %d\n" % (n, i))
            got.append((await reader.readline()).decode().strip())
        writer.close()
        return got
    for answers in await asyncio.gather(*(client(n) for n in range(10))):
        print(answers[0], answers[-1])
    server.close()
asyncio.run(main())
PYTHON
