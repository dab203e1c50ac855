// SPDX-License-Identifier: MIT
#include "interrupt.hpp"

#include <csignal>

namespace evmmem::app {
namespace {

volatile std::sig_atomic_t interrupted = 0;

}  // namespace

void notice_interrupts() {
    struct sigaction action {};
    action.sa_handler = [](int) { interrupted = 1; };
    // No SA_RESTART: a read that waits for more input returns. SA_RESETHAND: the second signal
    // kills.
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
}

bool is_interrupted() {
    return interrupted != 0;
}

}  // namespace evmmem::app
