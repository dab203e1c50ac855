// SPDX-License-Identifier: MIT
// Bytes that one thread hands over and another one reads, as if from a file: the reader waits for more, and the giver until
// all it gave was read. Nothing is copied but to the reader's target.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <string_view>

namespace evmmem::traces {

class FedBytes {
public:
    /// Hands `bytes` over and waits until they were read, and more is asked for or nothing will be.
    void give(std::string_view bytes);
    /// There are no more; waits until nothing will be read any more.
    void end();

    /// For the reading thread: writes up to `size` bytes to `target` and returns how many; 0 only at the end.
    std::size_t read(char* target, std::size_t size);
    /// The reading thread reads no more.
    void stop_reading();

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::string_view bytes_;     ///< that were not read yet
    bool is_asked_for_ = false;  ///< the reader waits for more
    bool has_ended_ = false;     ///< the giver has no more
    bool is_reading_ = true;
};

}  // namespace evmmem::traces
