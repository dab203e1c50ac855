// SPDX-License-Identifier: MIT
// Bytes that a hex text stood for; a buffer that keeps its storage from line to line.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>

namespace evmmem::traces {

class ByteBuffer {
public:
    /// Room for `size` bytes, with the old ones lost but for those kept; null when the host has
    /// none, or what is kept leaves none.
    std::uint8_t* reset(std::size_t size) {
        if (size > capacity_ - kept_ || data_ == nullptr) return grow(size);
        return data_.get() + kept_;
    }

    /// The first `size` bytes of the room given last stay where they are until all are forgotten.
    /// No other room is made meanwhile than what is left of the first.
    void keep(std::size_t size) { kept_ += size; }
    void forget() { kept_ = 0; }

private:
    [[gnu::noinline, gnu::cold]] std::uint8_t* grow(std::size_t size) {
        if (kept_ != 0) return nullptr;
        const std::size_t capacity = std::max({size, 2 * capacity_, std::size_t{4096}});
        data_.reset();
        data_.reset(new (std::nothrow) std::uint8_t[capacity]);
        capacity_ = data_ != nullptr ? capacity : 0;
        return data_.get();
    }

    std::unique_ptr<std::uint8_t[]> data_;
    std::size_t capacity_ = 0;
    std::size_t kept_ = 0;
};

}  // namespace evmmem::traces
