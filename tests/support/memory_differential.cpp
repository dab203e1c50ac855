// SPDX-License-Identifier: MIT
#include "memory_differential.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace evmmem::tests {
namespace {

/// Frames up to this many bytes are compared whole after every operation, larger ones in samples,
/// and whole now and then.
constexpr std::uint64_t whole_max = 2048;
constexpr int samples = 24;

}  // namespace

MemoryDifferential::MemoryDifferential(const DifferentialShape& shape,
                                       std::function<std::uint64_t()> random, Make make)
    : shape_{shape},
      random_{std::move(random)},
      make_{std::move(make)},
      memory_{make_(shape.limit, shape.scope)},
      reference_{shape.limit, shape.scope} {
    for (std::size_t i = 0; i < data_.size(); ++i)
        data_[i] = static_cast<std::uint8_t>(1 + i % 255);  // no zeros: stale bytes must show
}

std::optional<std::string> MemoryDifferential::step() {
    const std::uint64_t kind = below(100);
    if (kind < 40)
        write();
    else if (kind < 48)
        grow();
    else if (kind < 58)
        copy();
    else if (kind < 76)
        read();
    else if (kind < 97)
        change_frame();
    else
        replace();
    if (!difference_) compare_current(chance(16));
    return difference_;
}

std::uint64_t MemoryDifferential::offset() {
    switch (below(8)) {
        case 0: return near_ = below(shape_.jump_max);
        case 1: return near_ = reference_.size() + below(100);
        case 2: return near_ = below(reference_.size() + 1);
        case 3:
        case 4: return near_ += below(100);
        case 5: return near_ = near_ - std::min(near_, below(2000));
        default: return near_ = below(shape_.offset_max);
    }
}

std::uint64_t MemoryDifferential::length() {
    switch (below(6)) {
        case 0: return 0;
        case 1: return 32 * below(1 + shape_.length_max / 32);
        case 2: return below(shape_.jump_max / 8 + 1);
        case 3: return below(shape_.length_max + 1);
        default: return 1 + below(96);
    }
}

std::span<const std::uint8_t> MemoryDifferential::plain_data() {
    const std::uint64_t from = below(data_.size());
    return std::span{data_}.subspan(from, std::min(length(), data_.size() - from));
}

MemoryDifferential::Data MemoryDifferential::data() {
    const std::size_t last = reference_.frame_count() - 1;
    const auto index = chance(2) ? last : static_cast<std::size_t>(below(last + 1));
    const auto& frame = reference_.frame(index);
    if (frame.empty() || chance(2)) {
        const auto bytes = plain_data();
        return {bytes, {bytes.begin(), bytes.end()}, false};
    }
    // Whole ones too: they are what restore() may be given, and views end where a frame does.
    const std::uint64_t from = chance(3) ? 0 : below(frame.size());
    const std::uint64_t len =
        chance(4) ? frame.size() - from : std::min<std::uint64_t>(length(), frame.size() - from);
    const auto view = std::as_const(memory_).frame_slice(index, from, len);
    if (!view) {
        fail("a view of frame " + std::to_string(index));
        return {{}, {}, true};
    }
    const auto bytes = std::span{frame}.subspan(from, len);
    return {*view, {bytes.begin(), bytes.end()}, true};
}

std::string MemoryDifferential::described(const Data& data) {
    return std::to_string(data.ours.size()) + (data.is_view ? " bytes of itself" : " bytes");
}

Bytes32 MemoryDifferential::word() {
    Bytes32 bytes{};
    const std::uint64_t seed = random_() | 0x0101010101010101;
    for (std::size_t i = 0; i < 4; ++i)
        std::memcpy(bytes.data() + 8 * i, &seed, 8);
    return bytes;
}

void MemoryDifferential::write() {
    const std::uint64_t at = offset();
    switch (below(7)) {
        case 0: {
            doing_ = "set_byte " + std::to_string(at);
            const auto value = static_cast<std::uint8_t>(1 + below(255));
            return expect("result", memory_.set_byte(at, value), reference_.set_byte(at, value));
        }
        case 1:
        case 2: {
            doing_ = "set_word " + std::to_string(at);
            const Data bytes = data();
            if (bytes.is_view && bytes.ours.size() >= word_size) {
                doing_ += " from a view";
                // NOLINTNEXTLINE: a word in the memory itself, as C and unsafe pointers make one.
                const auto& ours = *reinterpret_cast<const Bytes32*>(bytes.ours.data());
                const Bytes32 theirs = ours;
                return expect("result", memory_.set_word(at, ours),
                              reference_.set_word(at, theirs));
            }
            const Bytes32 value = word();
            return expect("result", memory_.set_word(at, value), reference_.set_word(at, value));
        }
        case 3: {
            doing_ = "set_u256 " + std::to_string(at);
            const Bytes32 value = word();
            return expect("result", memory_.set_u256(at, Word::from_big_endian(value)),
                          reference_.set_word(at, value));
        }
        case 4: {
            const Data bytes = data();
            doing_ = "set_data " + std::to_string(at) + " " + described(bytes);
            return expect("result", memory_.set_data(at, bytes.ours),
                          reference_.set_data(at, bytes.theirs));
        }
        case 5: {
            const Data bytes = data();
            const std::uint64_t from = chance(8) ? random_() : below(bytes.ours.size() + 10);
            const std::uint64_t len = length();
            doing_ = "set_data_bounded " + std::to_string(at) + " " + std::to_string(len) + " of " +
                     described(bytes) + " from " + std::to_string(from);
            return expect("result", memory_.set_data_bounded(at, bytes.ours, from, len),
                          reference_.set_data_bounded(at, bytes.theirs, from, len));
        }
        default: {
            // The unsafe ones, where the bytes are inside.
            const std::uint64_t size = reference_.size();
            const Data given = data();
            const auto bytes = given.ours;
            if (size == 0 || bytes.size() > size) return;
            const std::uint64_t inside = below(size - bytes.size() + 1);
            doing_ = "set_unsafe " + std::to_string(inside) + " " + described(given);
            if (chance(3) && !bytes.empty())
                std::memmove(memory_.get_ptr_unsafe(inside, bytes.size()), bytes.data(),
                             bytes.size());
            else if (chance(8) && !bytes.empty())
                std::memmove(memory_.get_ptr_unsafe(inside), bytes.data(), bytes.size());
            else
                memory_.set_unsafe(inside, bytes);
            static_cast<void>(reference_.set_data(inside, given.theirs));
            near_ = inside;
        }
    }
}

/// Words one after the other from the end on: frames that get large in small steps.
void MemoryDifferential::climb() {
    const std::uint64_t words = below(1 + shape_.length_max / 8);
    doing_ = "climb " + std::to_string(words);
    for (std::uint64_t i = 0; i < words; ++i) {
        const std::uint64_t at = reference_.size() + 32 * below(3);
        const Bytes32 value = word();
        expect("result", memory_.set_word(at, value), reference_.set_word(at, value));
    }
}

void MemoryDifferential::grow() {
    if (chance(4)) return climb();
    const std::uint64_t size = offset() + below(64);
    doing_ = "grow " + std::to_string(size);
    switch (below(3)) {
        case 0: return expect("result", memory_.resize(size), reference_.resize(size));
        case 1:
            return expect("words", memory_.ensure_capacity(size), reference_.ensure_capacity(size));
        default:
            return expect("gas", memory_.ensure_capacity_gas(size),
                          reference_.ensure_capacity_gas(size));
    }
}

void MemoryDifferential::copy() {
    const std::uint64_t target = offset();
    const std::uint64_t source = chance(2) ? target + below(200) : offset();
    const std::uint64_t len = length();
    doing_ =
        "copy " + std::to_string(target) + " " + std::to_string(source) + " " + std::to_string(len);
    expect("result", memory_.copy(target, source, len), reference_.copy(target, source, len));
}

void MemoryDifferential::read() {
    const Memory& memory = memory_;
    const std::uint64_t at = offset();
    doing_ = "read " + std::to_string(at);
    switch (below(8)) {
        case 0: return expect("byte", memory.get_byte(at), reference_.get_byte(at));
        case 1:
        case 2: return expect("word", memory.get_word(at), reference_.get_word(at));
        case 3: {
            const auto ours = memory.get_u256(at);
            const auto theirs = reference_.get_word(at);
            if (ours.has_value() != theirs.has_value()) return fail("u256");
            if (ours && ours->to_big_endian() != *theirs) fail("u256");
            return;
        }
        case 4:
        case 5: {
            const std::uint64_t len = length();
            const auto ours = memory.get_slice(at, len);
            const auto theirs = reference_.get_slice(at, len);
            if (ours.has_value() != theirs.has_value()) return fail("slice");
            if (ours && !std::ranges::equal(*ours, *theirs)) fail("slice");
            return;
        }
        case 6: {
            std::vector<std::uint8_t> bytes(length(), 0xee);
            const auto ours = memory.read(at, bytes);
            const auto theirs = reference_.get_slice(at, bytes.size());
            if (ours.has_value() != theirs.has_value()) return fail("read");
            if (ours && bytes != *theirs) fail("read");
            return;
        }
        default: {
            const auto index = static_cast<std::size_t>(below(reference_.frame_count()));
            const auto& theirs = reference_.frame(index);
            const std::uint64_t from = below(theirs.size() + 1);
            const std::uint64_t len = std::min<std::uint64_t>(length(), theirs.size() - from);
            const auto ours = memory.frame_slice(index, from, len);
            const auto expected = std::span{theirs}.subspan(from, len);
            if (!ours || !std::ranges::equal(*ours, expected)) fail("frame_slice");
            if (memory.frame_slice(index, theirs.size(), 1)) fail("frame_slice beyond the end");
        }
    }
}

void MemoryDifferential::change_frame() {
    near_ = 0;
    switch (below(8)) {
        case 0:
        case 1:
        case 2:
        case 3:
            if (reference_.frame_count() >= shape_.frames_max) return leave();
            doing_ = "enter_frame";
            return expect("result", memory_.enter_frame(), reference_.enter_frame());
        case 4:
            doing_ = "compare_frame";
            if (chance(3)) compare_frame(static_cast<std::size_t>(below(reference_.frame_count())));
            return;
        default: return leave();
    }
}

void MemoryDifferential::leave() {
    if (reference_.frame_count() == 1) return;
    const auto child = reference_.snapshot();
    const std::size_t parent = reference_.frame_count() - 2;
    const std::uint64_t parent_size = reference_.frame(parent).size();
    if (chance(2) && !child.empty() && parent_size != 0) {
        const std::uint64_t len =
            1 + below(std::min<std::uint64_t>({child.size(), parent_size, 5000}));
        const std::uint64_t from = below(child.size() - len + 1);
        const std::uint64_t to = below(parent_size - len + 1);
        doing_ = "leave_frame_returning " + std::to_string(from) + " " + std::to_string(len) + " " +
                 std::to_string(to);
        if (memory_.leave_frame_returning(from, child.size() - from + 1, to) ||
            memory_.leave_frame_returning(from, len, parent_size - len + 1))
            return fail("a return out of bounds was not refused");
        expect("result", memory_.leave_frame_returning(from, len, to),
               std::expected<void, MemoryError>{});
        reference_.leave_frame();
        static_cast<void>(reference_.set_data(to, std::span{child}.subspan(from, len)));
    } else {
        doing_ = "leave_frame";
        memory_.leave_frame();
        reference_.leave_frame();
    }
    compare_current(true);
}

void MemoryDifferential::replace() {
    switch (below(5)) {
        case 0:
            doing_ = "reset";
            memory_.reset();
            reference_.reset();
            return;
        case 1: {
            doing_ = "snapshot and restore";
            const auto ours = memory_.snapshot();
            if (!ours || *ours != reference_.snapshot()) return fail("snapshot");
            write();
            grow();
            doing_ = "restore";
            expect("result", memory_.restore(*ours), reference_.restore(*ours));
            return;
        }
        case 2: {
            const Data bytes = data();
            doing_ = "restore " + described(bytes);
            const std::size_t whole = bytes.ours.size() / word_size * word_size;
            return expect("result", memory_.restore(bytes.ours.first(whole)),
                          reference_.restore(std::span{bytes.theirs}.first(whole)));
        }
        case 3: {
            doing_ = "move";
            Memory moved = std::move(memory_);
            memory_ = make_(shape_.limit, shape_.scope);
            static_cast<void>(memory_.set_data(below(5000), plain_data()));
            memory_ = std::move(moved);
            return;
        }
        default:
            doing_ = "another memory";
            memory_ = make_(shape_.limit, shape_.scope);
            reference_ = ReferenceMemory{shape_.limit, shape_.scope};
    }
}

template <typename Ours, typename Theirs>
void MemoryDifferential::expect(const char* what, const Ours& ours, const Theirs& theirs) {
    if (ours != theirs) fail(what);
}

/// Reads word by word, which changes nothing in the memory: a comparison must not repair what it
/// looks for.
void MemoryDifferential::compare_current(bool whole) {
    const Memory& memory = memory_;
    const std::uint64_t size = reference_.size();
    if (memory.size() != size) return fail("size");
    if (memory.frame_count() != reference_.frame_count()) return fail("frame count");
    if (memory.get_word(size == 0 ? 0 : size - 31)) return fail("a word beyond the end");
    const auto& expected = reference_.frame(reference_.frame_count() - 1);
    const auto same_at = [&](std::uint64_t at) {
        const auto word = memory.get_word(at);
        return word && std::memcmp(word->data(), expected.data() + at, word_size) == 0;
    };
    if (whole || size <= whole_max) {
        for (std::uint64_t at = 0; at < size; at += word_size)
            if (!same_at(at)) return fail("the word at " + std::to_string(at));
        return;
    }
    const std::uint64_t first = std::min(near_ - std::min<std::uint64_t>(near_, 64), size - 32);
    for (std::uint64_t at = first; at <= std::min(first + 256, size - 32); at += word_size)
        if (!same_at(at)) return fail("the word at " + std::to_string(at));
    for (int i = 0; i < samples; ++i) {
        const std::uint64_t at = below(size - 31);
        if (!same_at(at)) return fail("the word at " + std::to_string(at));
    }
}

void MemoryDifferential::compare_frame(std::size_t index) {
    if (!std::ranges::equal(memory_.frame(index), reference_.frame(index)))
        fail("frame " + std::to_string(index));
}

void MemoryDifferential::fail(const std::string& what) {
    if (!difference_) difference_ = doing_ + ": " + what;
}

}  // namespace evmmem::tests
