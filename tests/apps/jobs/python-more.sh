# SPDX-License-Identifier: MIT
# python-more.sh - python3: processes, asyncio with TCP, pipes and children, TLS between threads, a virtual environment
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 3650 -subj /CN=localhost -addext subjectAltName=DNS:localhost 2> /dev/null || echo "openssl failed"
cat > job.py << 'END'
import asyncio, concurrent.futures, multiprocessing as mp, multiprocessing.shared_memory as shm, os, ssl, socket, sys, threading

def square(n): return n * n
def fill(queue, numbers):
    for n in numbers: queue.put(n)
    queue.put(None)
def count(lock, value):
    for _ in range(200):
        with lock: value.value += 1
def mark(name):
    m = shm.SharedMemory(name); m.buf[5] = 99; m.close()

async def serve():
    async def client(reader, writer):
        while line := await reader.readline():
            writer.write(line.upper()); await writer.drain()
        writer.close()
    server = await asyncio.start_server(client, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async def ask(n):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        answers = []
        for i in range(5):
            writer.write(f"line {n} {i}\n".encode()); answers.append((await reader.readline()).decode().strip())
        writer.close(); await writer.wait_closed()
        return answers[-1]
    print("asyncio", await asyncio.gather(*(ask(n) for n in range(10))))
    server.close(); await server.wait_closed()
    child = await asyncio.create_subprocess_exec("sh", "-c", "read x; echo got $x; exit 3", stdin=-1, stdout=-1)
    print(await child.communicate(b"words\n"), child.returncode)
    try: await asyncio.wait_for(asyncio.sleep(100), 0.05)
    except asyncio.TimeoutError: print("asyncio timeout")
    print(await asyncio.get_running_loop().run_in_executor(None, sum, range(1000)))

def tls():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER); context.load_cert_chain("cert.pem", "key.pem")
    listener = socket.create_server(("127.0.0.1", 0))
    def accept():
        with context.wrap_socket(listener.accept()[0], server_side=True) as s:
            while data := s.recv(65536): s.sendall(data[::-1])
    thread = threading.Thread(target=accept); thread.start()
    with ssl.create_default_context(cafile="cert.pem").wrap_socket(socket.create_connection(listener.getsockname()), server_hostname="localhost") as s:
        s.sendall(b"over TLS"); print(s.recv(100), s.version())
        s.sendall(b"x" * 16000 + b"y"); got = b""
        while len(got) < 16001: got += s.recv(65536)
        print(len(got), got[:2])
        s.unwrap()
    thread.join()
    try: ssl.create_default_context().wrap_socket(socket.create_connection(("127.0.0.1", 1)), server_hostname="x")
    except ConnectionRefusedError: print("refused")

if __name__ == "__main__":
    for method in ("fork", "spawn", "forkserver"):
        context = mp.get_context(method)
        with context.Pool(3) as pool: print(method, pool.map(square, range(10)))
        queue = context.Queue(); worker = context.Process(target=fill, args=(queue, range(100))); worker.start()
        print(sum(iter(queue.get, None))); worker.join(); print(worker.exitcode)
    lock, value = mp.Lock(), mp.Value("i", 0)
    workers = [mp.Process(target=count, args=(lock, value)) for _ in range(4)]
    for w in workers: w.start()
    for w in workers: w.join()
    print("counted", value.value)
    memory = shm.SharedMemory(create=True, size=4096); child = mp.Process(target=mark, args=(memory.name,)); child.start(); child.join()
    print("shared", memory.buf[5]); memory.close(); memory.unlink()
    with concurrent.futures.ProcessPoolExecutor(2) as pool: print(list(pool.map(pow, [2, 3, 4], [5, 6, 7])))
    with mp.Manager() as manager:
        d = manager.dict(); w = mp.Process(target=d.__setitem__, args=("k", "v")); w.start(); w.join(); print(dict(d))
    hung = mp.Process(target=threading.Event().wait); hung.start(); hung.kill(); hung.join(); print("killed", hung.exitcode)
    asyncio.run(serve())
    tls()
END
python3 job.py; echo "status $?"
python3 -m venv --without-pip environment && ./environment/bin/python -c 'import sys; print(sys.prefix != sys.base_prefix, sys.prefix.endswith("environment"))'
sh -c '. ./environment/bin/activate; command -v python | sed "s|$PWD/||"; python -c "print(6 * 7)"'
