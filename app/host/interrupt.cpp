// SPDX-License-Identifier: MIT
#include "interrupt.hpp"

#include <atomic>
#include <csignal>

namespace evmmem::app {
namespace {

// Written by a signal handler, read by every thread.
constinit std::atomic<bool> interrupted = false;
static_assert(std::atomic<bool>::is_always_lock_free);

}  // namespace

void notice_interrupts() {
    struct sigaction action{};
    action.sa_handler = [](int) { interrupted.store(true, std::memory_order_relaxed); };
    // No SA_RESTART: a read that waits for more input returns. SA_RESETHAND: the second signal
    // kills.
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
}

bool is_interrupted() {
    return interrupted.load(std::memory_order_relaxed);
}

}  // namespace evmmem::app
