// SPDX-License-Identifier: MIT
// threads.cc - C++ threads: std::thread, mutexes, condition variables, futures, atomics, exceptions.
#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <deque>
#include <future>
#include <map>
#include <mutex>
#include <numeric>
#include <shared_mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace
{
class Queue
{
  public:
    void put(int value)
    {
        std::lock_guard<std::mutex> guard(mutex);
        items.push_back(value);
        filled.notify_one();
    }
    int take()
    {
        std::unique_lock<std::mutex> lock(mutex);
        filled.wait(lock, [this] { return !items.empty(); });
        int value = items.front();
        items.pop_front();
        return value;
    }

  private:
    std::mutex mutex;
    std::condition_variable filled;
    std::deque<int> items;
};

long primes(int from, int to)
{
    long count = 0;
    for (int n = from; n < to; n++) {
        bool prime = n > 1;
        for (int d = 2; d * d <= n && prime; d++)
            prime = n % d != 0;
        count += prime;
    }
    return count;
}

thread_local std::string own = "fresh";
} // namespace

int main()
{
    std::vector<std::future<long>> parts;
    for (int i = 0; i < 8; i++)
        parts.push_back(std::async(std::launch::async, primes, i * 2500, (i + 1) * 2500));
    long sum = 0;
    for (auto &part : parts)
        sum += part.get();
    std::printf("primes below 20000: %ld\n", sum);

    Queue queue, answers;
    std::vector<std::thread> workers;
    for (int i = 0; i < 4; i++)
        workers.emplace_back([&] {
            for (int value; (value = queue.take()) >= 0;)
                answers.put(value * 2);
        });
    for (int i = 0; i < 1000; i++)
        queue.put(i);
    long total = 0;
    for (int i = 0; i < 1000; i++)
        total += answers.take();
    for (std::size_t i = 0; i < workers.size(); i++)
        queue.put(-1);
    for (auto &worker : workers)
        worker.join();
    std::printf("answers: %ld\n", total);

    auto failing = std::async(std::launch::async, []() -> int { throw std::runtime_error("thrown in a thread"); });
    try {
        failing.get();
    } catch (const std::exception &error) {
        std::printf("caught: %s\n", error.what());
    }

    std::shared_mutex shared;
    std::map<int, int> table;
    std::atomic<int> misses{0};
    std::vector<std::thread> crowd;
    for (int t = 0; t < 6; t++)
        crowd.emplace_back([&, t] {
            for (int i = 0; i < 300; i++) {
                if ((i + t) % 3 == 0) {
                    std::unique_lock<std::shared_mutex> lock(shared);
                    table[i]++;
                } else {
                    std::shared_lock<std::shared_mutex> lock(shared);
                    misses += table.find(-1) != table.end();
                }
            }
        });
    for (auto &thread : crowd)
        thread.join();
    std::printf("writes: %d, misses %d\n",
                std::accumulate(table.begin(), table.end(), 0, [](int s, const auto &p) { return s + p.second; }),
                misses.load());

    own = "changed";
    std::string theirs;
    std::thread([&] { theirs = own; }).join();
    std::printf("thread_local: %s, %s\n", own.c_str(), theirs.c_str());

    std::once_flag once;
    std::atomic<int> ran{0};
    std::vector<std::thread> racers;
    for (int i = 0; i < 10; i++)
        racers.emplace_back([&] { std::call_once(once, [&] { ran++; }); });
    for (auto &racer : racers)
        racer.join();
    std::printf("once: %d\n", ran.load());
    return 7;
}
