// SPDX-License-Identifier: MIT
// Ends the program when foreign code that was called does not come back: nothing else can.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>

namespace evmmem::app {

class HangWatch {
public:
    /// Calls `hangs`, in a thread of its own, when alive() was not called for `timeout`. `hangs`
    /// may end the program; it is called once.
    HangWatch(std::chrono::milliseconds timeout, std::function<void()> hangs);
    HangWatch(const HangWatch&) = delete;
    HangWatch& operator=(const HangWatch&) = delete;

    void alive() { signs_.fetch_add(1, std::memory_order_relaxed); }

private:
    void watch(const std::stop_token& stop);

    std::chrono::milliseconds timeout_;
    std::function<void()> hangs_;
    std::atomic<std::uint64_t> signs_ = 0;
    std::mutex mutex_;
    std::condition_variable_any ends_;
    std::jthread watcher_;  // last: it uses the others
};

}  // namespace evmmem::app
