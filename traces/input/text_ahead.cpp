// SPDX-License-Identifier: MIT
#include "text_ahead.hpp"

#include <algorithm>
#include <cstring>
#include <exception>
#include <new>
#include <optional>
#include <system_error>
#include <utility>

namespace evmmem::traces {
namespace {

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/// Of the text that comes before `end` and what blanks are before that; 0 where there is none.
std::size_t before_blanks(std::string_view text, std::size_t end) {
    while (end != 0 && is_blank(text[end - 1]))
        --end;
    return end;
}

}  // namespace

TextAhead::TextAhead(Unit unit, std::size_t block_size, Prepare prepare)
    : unit_{unit}, block_size_{block_size}, prepare_{std::move(prepare)}, next_size_{block_size} {}

std::unique_ptr<TextAhead> TextAhead::start(ByteSource& source, Unit unit, std::size_t block_size,
                                            Prepare prepare) {
    std::unique_ptr<TextAhead> ahead{new (std::nothrow)
                                         TextAhead{unit, block_size, std::move(prepare)}};
    if (!ahead) return nullptr;
    // What is left of the block before is at most as long as what is read.
    const std::size_t before = text_padding + room + growth * block_size;
    for (std::size_t place = 0; place < block_count; ++place) {
        Block& block = ahead->blocks_[place];
        block.place = place;
        block.storage.reset(new (std::nothrow) char[before + growth * block_size + text_padding]);
        if (!block.storage) return nullptr;
        std::memset(block.storage.get(), 0, text_padding);
        block.bytes = block.storage.get() + before;
    }
    // Until the source is here there is nothing to be done.
    std::unique_lock lock{ahead->mutex_};
    try {
        ahead->thread_ = std::thread{[self = ahead.get()] { self->run(); }};
    } catch (const std::system_error&) {
        lock.unlock();
        return nullptr;  // the host has no thread left; one will do
    }
    ahead->source_.emplace(std::move(source));
    lock.unlock();
    return ahead;
}

TextAhead::~TextAhead() {
    {
        const std::lock_guard lock{mutex_};
        is_stopped_ = true;
    }
    changed(second_);
    if (thread_.joinable()) thread_.join();
}

/// Where the last unit that ends in the text does; 0 where none is seen to. A wrong guess costs
/// time, for what is made of a text does not depend on where its blocks end.
std::size_t TextAhead::last_end(std::string_view text) const {
    if (unit_ == Unit::line) {
        const void* const found = ::memrchr(text.data(), '\n', text.size());
        if (found == nullptr) return 0;
        return static_cast<std::size_t>(static_cast<const char*>(found) - text.data()) + 1;
    }
    for (;;) {
        const void* const found = ::memrchr(text.data(), '{', text.size());
        if (found == nullptr) return 0;
        text =
            text.substr(0, static_cast<std::size_t>(static_cast<const char*>(found) - text.data()));
        const std::size_t comma = before_blanks(text, text.size());
        if (comma == 0 || text[comma - 1] != ',') continue;
        const std::size_t bracket = before_blanks(text, comma - 1);
        if (bracket != 0 && text[bracket - 1] == '}') return bracket;
    }
}

/// Reads `size` bytes for the block, fewer at the end: those that were claimed there, or the next.
void TextAhead::read(Block& block, std::size_t size, std::optional<std::uint64_t> where) {
    block.bytes_size = 0;
    block.is_last = false;
    block.error.reset();
    const auto read = [&](char* to, std::size_t most) {
        return where ? source_->read_at(*where + block.bytes_size, to, most)
                     : source_->read(to, most);
    };
    while (block.bytes_size < size && !block.is_last) {
        auto count = read_on_thread(read, block.bytes + block.bytes_size, size - block.bytes_size);
        if (!count) block.error = std::move(count.error());
        if (!count || *count == 0)
            block.is_last = true;
        else
            block.bytes_size += *count;
    }
}

/// Makes the block's text: what is left of the block before, and what was read, as far as units end.
void TextAhead::cut(Block& block) {
    block.text = block.bytes - rest_.size();
    block.size = rest_.size() + block.bytes_size;
    block.is_cut = false;
    if (!rest_.empty()) {
        std::memcpy(block.text, rest_.data(), rest_.size());
        std::memcpy(block.text, rest_begin_.data(), std::min(rest_.size(), rest_begin_.size()));
    }
    rest_ = {};
    if (!block.is_last) {
        const std::size_t end = last_end({block.text, block.size});
        const std::size_t left = block.size - end;
        if (end != 0 && left <= growth * block_size_) {
            rest_ = {block.text + end, left};
            std::memcpy(rest_begin_.data(), rest_.data(), std::min(left, rest_begin_.size()));
            block.size = end;
            block.is_cut = true;
        }
    }
    std::memset(block.text + block.size, 0, text_padding);
}

/// Tells the other thread. It is not told while it holds the lock, nor woken where it is not
/// asleep.
void TextAhead::changed(std::condition_variable& other) {
    changes_.fetch_add(1, std::memory_order_release);
    other.notify_one();
}

/// Waits until the other thread has changed something. Awake at first, where it is at something
/// that this one needs: that mostly takes less time than to fall asleep and be woken.
void TextAhead::wait(std::unique_lock<std::mutex>& lock, std::condition_variable& own,
                     bool is_soon_over) {
    constexpr int turns_awake = 4000;  // of 25 ns
    const std::uint64_t seen = changes_.load(std::memory_order_relaxed);
    lock.unlock();
    for (int i = is_soon_over ? 0 : turns_awake;
         i < turns_awake && changes_.load(std::memory_order_acquire) == seen; ++i) {
#if defined(__x86_64__)
        __builtin_ia32_pause();
#endif
    }
    lock.lock();
    while (changes_.load(std::memory_order_relaxed) == seen)
        own.wait(lock);
}

/// So many units in a block are worth what it costs to hand it over.
void TextAhead::fit_size(std::size_t size, std::size_t units) {
    constexpr std::size_t units_wanted = 1000;
    if (units == 0) return;
    next_size_ = std::clamp(size / units * units_wanted, block_size_, growth * block_size_);
}

/// Fills the block after the last one that was claimed, and prepares it, if it is to: while its text
/// is in the cache of this thread's processor. Both threads may read at a time; where their texts
/// begin and end is found in order.
void TextAhead::make_next(std::unique_lock<std::mutex>& lock, Maker maker) {
    std::condition_variable& own = maker == Maker::second ? second_ : first_;
    std::condition_variable& other = maker == Maker::second ? first_ : second_;
    Block& block = blocks_[claimed_ % block_count];
    const std::uint64_t number = ++claimed_;
    const std::size_t size = next_size_;
    const auto where = source_->claim(size);
    is_reading_ = !where;
    lock.unlock();
    read(block, size, where);
    lock.lock();
    if (!where) is_reading_ = false;
    while (filled_ + 1 != number && !has_end_)
        wait(lock, own, true);
    if (has_end_) return;  // in a block before: what was read has come after it
    lock.unlock();
    cut(block);
    lock.lock();
    block.number = number;
    block.is_prepared = false;
    has_end_ = block.is_last;
    ++filled_;
    block.is_being_prepared = maker != Maker::first_for_itself;
    changed(other);
    if (!block.is_being_prepared) return;
    lock.unlock();
    std::optional<std::size_t> units;
    try {
        units = prepare_({block.text, block.size}, block.place, maker == Maker::second);
    } catch (const std::exception&) {
        units.reset();  // it is read all the same, and meets the same
    }
    lock.lock();
    block.is_prepared = units.has_value();
    block.is_being_prepared = false;
    fit_size(block.size, units.value_or(0));
    changed(other);
}

void TextAhead::run() {
    std::unique_lock lock{mutex_};
    while (!is_stopped_ && !has_end_) {
        if (may_fill())
            make_next(lock, Maker::second);
        else
            wait(lock, second_, claimed_ != filled_);
    }
}

const TextAhead::Block& TextAhead::take() {
    std::unique_lock lock{mutex_};
    const Block& block = blocks_[taken_ % block_count];
    while (filled_ == taken_ || block.is_being_prepared) {
        if (!may_fill())
            wait(lock, first_, true);
        else
            make_next(lock, claimed_ == taken_ ? Maker::first_for_itself : Maker::first);
    }
    ++taken_;
    return block;
}

void TextAhead::give_back() {
    const std::lock_guard lock{mutex_};
    ++given_back_;
    // A second thread that waits for room wakes up for several blocks.
    if (filled_ - given_back_ == block_count / 2) changed(second_);
}

}  // namespace evmmem::traces
