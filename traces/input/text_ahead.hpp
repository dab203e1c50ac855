// SPDX-License-Identifier: MIT
// Text that a second thread reads, and prepares, while the first uses what came before. It comes in
// blocks, a few of them in a ring, so that memory stays bounded; a block ends where a line or an
// element ends, if one does. The threads have no fixed parts: each does what is due next, the first
// whatever is not done when it needs it, so neither waits but for what the other is doing.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>

#include "byte_source.hpp"
#include "traces/trace_error.hpp"

namespace evmmem::traces {

/// Readable bytes before and after a text; simdjson 3 asks for 64 after it at most.
inline constexpr std::size_t text_padding = 64;

struct AheadOptions {
    bool is_wanted = false;
    /// Bytes of text after which a second thread is worth its start.
    std::size_t after = std::size_t{1} << 20;
    /// Bytes read for a block; more where units are long, up to four times as many.
    std::size_t block_size = std::size_t{256} * 1024;
};

class TextAhead {
public:
    enum class Unit : std::uint8_t {
        line,
        element,  ///< of a JSON array of objects
    };
    /// Bytes before a block's text, in which the first thread may put what comes before it.
    static constexpr std::size_t room = std::size_t{64} * 1024;
    static constexpr std::size_t block_count = 6;

    struct Block {
        std::size_t place = 0;     ///< in the ring
        std::uint64_t number = 0;  ///< of all blocks, from 1
        char* text = nullptr;      ///< zeros after it
        std::size_t size = 0;      ///< of the text; 0 only of the last block
        bool is_cut = false;       ///< the text ends where a unit ends, and more follows
        bool is_last = false;
        bool is_prepared = false;
        std::optional<TraceError> error;  ///< after the last block's text

    private:
        friend class TextAhead;
        bool is_being_prepared = false;
        std::unique_ptr<char[]> storage;
        char* bytes = nullptr;  ///< that were read for it; its text begins before them
        std::size_t bytes_size = 0;
    };

    /// Makes something of the text of the block at `place`, and says of how many units it is.
    /// Either thread calls it, never for one place at a time; what it makes is used when the block
    /// is taken as prepared, until it is given back.
    using Prepare =
        std::function<std::size_t(std::string_view text, std::size_t place, bool is_second_thread)>;

    /// Starts the second thread; reads on in `source`, which is moved from only then. Null when
    /// there can be none.
    static std::unique_ptr<TextAhead> start(ByteSource& source, Unit unit, std::size_t block_size,
                                            Prepare prepare);
    TextAhead(const TextAhead&) = delete;
    TextAhead& operator=(const TextAhead&) = delete;
    /// Ends the thread, at the latest when it is done with its block.
    ~TextAhead();

    /// The next block: all text comes once, in order. Not to be called after the last one. At most
    /// two may be taken and not given back.
    const Block& take();
    /// The block that was taken before all others that are still here.
    void give_back();

private:
    TextAhead(Unit unit, std::size_t block_size, Prepare prepare);
    void run();
    void read(Block& block, std::size_t size, std::optional<std::uint64_t> where);
    void cut(Block& block);
    enum class Maker : std::uint8_t {
        second,
        first,             ///< while the second is busy with a block before
        first_for_itself,  ///< which takes it at once: what it would prepare need not be kept
    };
    void make_next(std::unique_lock<std::mutex>& lock, Maker maker);
    bool may_fill() const {
        return !is_reading_ && !has_end_ && claimed_ - given_back_ < block_count;
    }
    void fit_size(std::size_t size, std::size_t units);
    void changed(std::condition_variable& other);
    void wait(std::unique_lock<std::mutex>& lock, std::condition_variable& own, bool is_soon_over);
    std::size_t last_end(std::string_view text) const;

    static constexpr std::size_t growth = 4;  ///< of blocks

    Unit unit_;
    std::size_t block_size_;  ///< the least
    Prepare prepare_;

    std::optional<ByteSource> source_;
    // Of the thread that is at the block after the last one filled; handed over under the mutex.
    std::string_view rest_;                        ///< of the last block's bytes, after its text
    std::array<char, text_padding> rest_begin_{};  ///< of which zeros have taken the place

    std::array<Block, block_count> blocks_;
    std::mutex mutex_;                ///< of what follows, and of what is (being) prepared
    std::condition_variable first_;   ///< for the first thread: a block was filled, or prepared
    std::condition_variable second_;  ///< for the second: it may fill one
    std::atomic<std::uint64_t> changes_ = 0;
    std::size_t next_size_;  ///< bytes to fill the next block with
    // Numbers of blocks, each at most the one before it.
    std::uint64_t claimed_ = 0;  ///< being read, or filled
    std::uint64_t filled_ = 0;
    std::uint64_t taken_ = 0;
    std::uint64_t given_back_ = 0;
    bool is_reading_ = false;  ///< a source whose bytes only come one after the other
    bool has_end_ = false;     ///< the last block was filled
    bool is_stopped_ = false;
    std::thread thread_;
};

}  // namespace evmmem::traces
