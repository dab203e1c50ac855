// SPDX-License-Identifier: MIT
#include "read_ahead.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <system_error>

namespace evmmem::traces {

std::unique_ptr<ReadAhead> ReadAhead::start(ReadBytes produce) {
    std::unique_ptr<ReadAhead> ahead{new (std::nothrow) ReadAhead{std::move(produce)}};
    if (!ahead) return nullptr;
    for (Block& block : ahead->blocks_) {
        block.bytes.reset(new (std::nothrow) char[block_size]);
        if (!block.bytes) return nullptr;
    }
    try {
        ahead->thread_ = std::thread{[self = ahead.get()] { self->run(); }};
    } catch (const std::system_error&) {
        return nullptr;  // the host has no thread left; one will do
    }
    return ahead;
}

ReadAhead::~ReadAhead() {
    {
        const std::lock_guard lock{mutex_};
        is_stopped_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void ReadAhead::fill(Block& block) {
    block.begin = 0;
    block.end = 0;
    while (block.end < block_size) {
        auto count =
            read_on_thread(produce_, block.bytes.get() + block.end, block_size - block.end);
        if (!count) block.error = std::move(count.error());
        if (!count || *count == 0) {
            block.is_last = true;
            return;
        }
        block.end += *count;
    }
}

void ReadAhead::run() {
    for (;;) {
        std::size_t next = 0;
        {
            std::unique_lock lock{mutex_};
            changed_.wait(lock, [this] { return is_stopped_ || made_ - used_ < block_count; });
            if (is_stopped_) return;
            next = made_ % block_count;
        }
        fill(blocks_[next]);
        const bool is_last = blocks_[next].is_last;
        {
            const std::lock_guard lock{mutex_};
            ++made_;
        }
        changed_.notify_all();
        if (is_last) return;
    }
}

std::expected<std::size_t, TraceError> ReadAhead::read(char* target, std::size_t size) {
    for (;;) {
        {
            std::unique_lock lock{mutex_};
            changed_.wait(lock, [this] { return made_ != used_; });
        }
        Block& block = blocks_[used_ % block_count];
        const std::size_t count = std::min(size, block.end - block.begin);
        std::memcpy(target, block.bytes.get() + block.begin, count);
        block.begin += count;
        if (count != 0) return count;
        if (block.is_last) {  // and stays the one to be read
            if (block.error) return std::unexpected{*block.error};
            return 0;
        }
        {
            const std::lock_guard lock{mutex_};
            ++used_;
        }
        changed_.notify_all();
    }
}

}  // namespace evmmem::traces
