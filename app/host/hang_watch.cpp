// SPDX-License-Identifier: MIT
#include "hang_watch.hpp"

#include <utility>

namespace evmmem::app {

HangWatch::HangWatch(std::chrono::milliseconds timeout, std::function<void()> hangs)
    : timeout_{timeout},
      hangs_{std::move(hangs)},
      watcher_{[this](const std::stop_token& stop) { watch(stop); }} {}

void HangWatch::watch(const std::stop_token& stop) {
    std::unique_lock lock{mutex_};
    std::uint64_t seen = signs_;
    while (!ends_.wait_for(lock, stop, timeout_, [] { return false; })) {
        if (stop.stop_requested()) return;
        const std::uint64_t now = signs_;
        if (now == seen) return hangs_();
        seen = now;
    }
}

}  // namespace evmmem::app
