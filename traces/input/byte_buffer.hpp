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
    /// Room for `size` bytes, with the old ones lost; null when the host has none.
    std::uint8_t* reset(std::size_t size) {
        if (size > capacity_ || data_ == nullptr) grow(size);
        return data_.get();
    }

private:
    [[gnu::noinline, gnu::cold]] void grow(std::size_t size) {
        const std::size_t capacity = std::max({size, 2 * capacity_, std::size_t{4096}});
        data_.reset();
        data_.reset(new (std::nothrow) std::uint8_t[capacity]);
        capacity_ = data_ != nullptr ? capacity : 0;
    }

    std::unique_ptr<std::uint8_t[]> data_;
    std::size_t capacity_ = 0;
};

}  // namespace evmmem::traces
