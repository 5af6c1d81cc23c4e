# SPDX-License-Identifier: MIT
# threads.sh - threaded programs: python3's threads and pools, xz, zstd and pigz with several workers
python3 << 'END'
import threading, queue, concurrent.futures, multiprocessing.pool, time, sys, os, signal, subprocess
total = 0
lock = threading.Lock()
def add(count):
    global total
    for _ in range(count):
        with lock: total += 1
threads = [threading.Thread(target=add, args=(2000,)) for _ in range(8)]
for t in threads: t.start()
for t in threads: t.join()
print("total", total)
jobs, results = queue.Queue(), queue.Queue()
def worker():
    while (item := jobs.get()) is not None: results.put(item * item)
workers = [threading.Thread(target=worker) for _ in range(4)]
for t in workers: t.start()
for i in range(500): jobs.put(i)
for t in workers: jobs.put(None)
for t in workers: t.join()
print("squares", sum(results.get() for _ in range(500)), results.empty())
with concurrent.futures.ThreadPoolExecutor(max_workers=6) as pool:
    print("pool", list(pool.map(lambda n: sum(range(n)), range(0, 2000, 250))))
    future = pool.submit(lambda: 1 / 0)
    try: future.result()
    except ZeroDivisionError as error: print("error", error)
with multiprocessing.pool.ThreadPool(3) as pool: print("thread pool", pool.map(len, ["a", "bb", "ccc"]))
barrier, passed = threading.Barrier(5), []
def meet(): barrier.wait(); passed.append(1)
threads = [threading.Thread(target=meet) for _ in range(5)]
for t in threads: t.start()
for t in threads: t.join()
print("barrier", len(passed))
event, seen = threading.Event(), []
t = threading.Thread(target=lambda: seen.append(event.wait(60))); t.start(); event.set(); t.join(); print("event", seen, event.wait(0))
condition, turn, order = threading.Condition(), 0, []
def take(number):
    global turn
    with condition:
        condition.wait_for(lambda: turn == number); order.append(number); turn += 1; condition.notify_all()
threads = [threading.Thread(target=take, args=(i,)) for i in reversed(range(6))]
for t in threads: t.start()
for t in threads: t.join()
print("order", order)
local = threading.local(); local.x = 1; missing = []
t = threading.Thread(target=lambda: missing.append(hasattr(local, "x"))); t.start(); t.join(); print("local", missing, local.x)
timers = []; timer = threading.Timer(0.01, lambda: timers.append("fired")); timer.start(); timer.join(); print(timers)
got = []; signal.signal(signal.SIGUSR1, lambda s, f: got.append(threading.current_thread() is threading.main_thread()))
t = threading.Thread(target=lambda: os.kill(os.getpid(), signal.SIGUSR1)); t.start(); t.join()
while not got: time.sleep(0.001)
print("signal in the main thread", got)
outs = []
def run(n): outs.append(subprocess.run(["sh", "-c", f"echo {n}; exit {n}"], capture_output=True, text=True))
threads = [threading.Thread(target=run, args=(n,)) for n in range(6)]
for t in threads: t.start()
for t in threads: t.join()
print("children", sorted((o.stdout.strip(), o.returncode) for o in outs))
pid = os.fork()
if pid == 0: print("child threads", threading.active_count(), flush=True); os._exit(0)
os.waitpid(pid, 0)
threading.Thread(target=lambda: (time.sleep(3600)), daemon=True).start(); print("a daemon thread does not hold the exit"); sys.exit(5)
END
echo "status $?"
seq 1 200000 > numbers
for tool in "xz -T2 -1" "xz -T4 -0 --block-size=262144" "zstd -q -T2" "zstd -q -T4 -3" "pigz -p 4"; do
    # shellcheck disable=SC2086
    $tool -c numbers > packed && ${tool%% *} -dc packed | cmp - numbers && echo "$tool: the same back"
done
xz -T3 -1 -c numbers | xz -T3 -dc | md5sum
pigz -p 3 -c numbers | gzip -dc | md5sum
