// SPDX-License-Identifier: MIT
// Bytes made by a second thread while the first uses those made before: a ring of a few blocks
// between them, so memory stays bounded and neither runs away from the other.
#pragma once

#include <array>
#include <condition_variable>
#include <cstddef>
#include <expected>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "read_bytes.hpp"
#include "traces/trace_error.hpp"

namespace evmmem::traces {

class ReadAhead {
public:
    /// Starts a thread that calls `produce`, which must not block for ever; null when there can be
    /// none.
    static std::unique_ptr<ReadAhead> start(ReadBytes produce);
    ReadAhead(const ReadAhead&) = delete;
    ReadAhead& operator=(const ReadAhead&) = delete;
    /// Ends the thread, at the latest when its current block is made.
    ~ReadAhead();

    /// As `produce`, and with the same errors, in the order in which they were made.
    std::expected<std::size_t, TraceError> read(char* target, std::size_t size);

private:
    static constexpr std::size_t block_size = std::size_t{256} * 1024;
    static constexpr std::size_t block_count = 4;
    struct Block {
        std::unique_ptr<char[]> bytes;
        std::size_t begin = 0;
        std::size_t end = 0;
        std::optional<TraceError> error;  ///< after the bytes
        bool is_last = false;
    };

    explicit ReadAhead(ReadBytes produce) : produce_{std::move(produce)} {}
    void run();
    void fill(Block& block);

    ReadBytes produce_;
    std::array<Block, block_count> blocks_;
    std::mutex mutex_;  ///< of the two counts and the flag; a block has one owner at a time
    std::condition_variable changed_;
    std::size_t made_ = 0;  ///< blocks filled so far
    std::size_t used_ = 0;  ///< blocks given back so far
    bool is_stopped_ = false;
    std::thread thread_;
};

}  // namespace evmmem::traces
