// SPDX-License-Identifier: MIT
#include "fed_bytes.hpp"

namespace evmmem::traces {

void FedBytes::give(std::string_view bytes) {
    if (bytes.empty()) return;
    std::unique_lock lock{mutex_};
    if (!is_reading_) return;
    bytes_ = bytes;
    is_asked_for_ = false;
    changed_.notify_all();
    changed_.wait(lock, [this] { return is_asked_for_ || !is_reading_; });
    bytes_ = {};
}

void FedBytes::end() {
    std::unique_lock lock{mutex_};
    has_ended_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !is_reading_; });
}

std::size_t FedBytes::read(char* target, std::size_t size) {
    if (size == 0) return 0;
    std::unique_lock lock{mutex_};
    if (bytes_.empty()) {
        is_asked_for_ = true;
        changed_.notify_all();
        changed_.wait(lock, [this] { return !bytes_.empty() || has_ended_; });
    }
    const std::size_t count = bytes_.copy(target, size);
    bytes_.remove_prefix(count);
    return count;
}

void FedBytes::stop_reading() {
    const std::lock_guard lock{mutex_};
    is_reading_ = false;
    changed_.notify_all();
}

}  // namespace evmmem::traces
