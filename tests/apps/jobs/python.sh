# SPDX-License-Identifier: MIT
# python.sh - python3: a program of two hundred lines, modules, child processes
python3 -c 'print(6 * 7)'; python3 /jobs/inventory.py; echo "status $?"
python3 << 'END'
import hashlib, json, re, subprocess, sys, os, signal, struct, zlib, collections, datetime, tempfile
print(json.dumps({"b": [1, 2.5, None, True], "a": "ü"}, sort_keys=True), json.loads('{"x": [1, {"y": 2}]}')["x"][1]["y"])
print(re.sub(r"(\w+)@(\w+)\.com", r"\2 at \1", "joe@example.com, ann@test.com"), re.findall(r"\d+", "a1b22c333"))
print(hashlib.sha256(b"lorica").hexdigest(), hashlib.md5(b"x" * 100000).hexdigest(), zlib.crc32(b"abc"))
out = subprocess.run([sys.executable, "-c", "import sys; print(sys.stdin.read().upper()); sys.exit(3)"], input="hello", capture_output=True, text=True)
print(repr(out.stdout), out.returncode)
child = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE); print(child.communicate(b"line\n" * 20000)[0].count(b"\n"), child.returncode)
print(subprocess.run("echo shell $((1+1)); exit 4", shell=True, capture_output=True).returncode, subprocess.getoutput("echo got"))
sleeper = subprocess.Popen(["sleep", "100"]); sleeper.terminate(); print(sleeper.wait())
try: subprocess.run(["sleep", "100"], timeout=0.3)
except subprocess.TimeoutExpired: print("timeout expired")
try: subprocess.run(["/no/such/program"])
except FileNotFoundError as error: print("not found:", error.errno)
got = []; signal.signal(signal.SIGUSR1, lambda s, f: got.append(s)); os.kill(os.getpid(), signal.SIGUSR1); print(got)
with tempfile.TemporaryDirectory() as d:
    path = os.path.join(d, "f"); open(path, "wb").write(struct.pack("<IHb", 7, 8, -1) * 1000); print(os.path.getsize(path), sorted(os.listdir(d)), os.stat(path).st_mode & 0o777)
pid = os.fork()
if pid == 0: os._exit(9)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])); r, w = os.pipe(); os.write(w, b"pipe"); print(os.read(r, 10))
print(datetime.datetime.fromtimestamp(0, datetime.timezone.utc).isoformat(), collections.Counter("mississippi").most_common(2), 2 ** 100, sum(range(10 ** 6)), "%.17g" % 0.1)
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
print(fib(18)); d = {i: str(i) for i in range(200000)}; print(len(d), sum(len(v) for v in d.values()))
try: open("/no/such/file")
except OSError as error: print(error.strerror)
sys.stdout.flush(); os.execvp("echo", ["echo", "replaced by echo"])
END
echo "status $?"; echo 'print("from stdin", input)' | python3 - | cut -c1-20; python3 -c 'import sys; sys.exit("message")'; echo "status $?"; python3 -c 'raise ValueError("x")'; echo "status $?"; python3 -c 'import os; os.abort()'; echo "status $?"; python3 -c '('; echo "status $?"
