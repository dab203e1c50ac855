// SPDX-License-Identifier: MIT
#include "access_program.hpp"

#include <algorithm>
#include <cstring>

#include "memory_cost.hpp"
#include "splitmix64.hpp"

namespace evmmem {
namespace {

using Appended = AccessProgram::Appended;

std::uint64_t mix(std::uint64_t digest, std::uint64_t value) {
    std::uint64_t state = digest ^ value;
    return splitmix64(state);
}

AccessOp op_of(evmmem_op_kind kind, std::uint64_t offset = 0, std::uint64_t size = 0,
               std::uint64_t source = 0) {
    return {offset, size, source, static_cast<std::uint32_t>(kind), 0};
}

// RawCopies stores words from as many places of the data as a stack of operands has.
constexpr std::size_t words_of_data = 16;

}  // namespace

bool AccessProgram::touch(std::uint64_t offset, std::uint64_t size) {
    if (size == 0) return true;
    if (offset > limits_.bytes_max || size > limits_.bytes_max - offset) return false;
    const std::uint64_t needed = num_words(offset + size) * word_size;
    if (needed <= sizes_.back()) return true;
    const std::uint64_t growth = needed - sizes_.back();
    if (growth > limits_.bytes_max - open_bytes_) return false;
    sizes_.back() = needed;
    open_bytes_ += growth;
    peak_bytes_ = std::max(peak_bytes_, open_bytes_);
    return true;
}

Appended AccessProgram::append(const AccessOp& op, std::uint64_t bytes) {
    ops_.push_back(op);
    bytes_moved_ += bytes;
    return Appended::yes;
}

Appended AccessProgram::refuse() {
    ++refused_;
    return Appended::refused;
}

// Every operation first asks for room, so that the model of sizes never runs ahead of the list.
bool AccessProgram::has_room(std::size_t count) {
    if (limits_.ops_max - ops_.size() < count) is_full_ = true;
    return !is_full_;
}

Appended AccessProgram::store_word(std::uint64_t offset, const Word& value) {
    if (!has_room(1)) return Appended::full;
    if (!touch(offset, word_size)) return refuse();
    return append(op_of(EVMMEM_STORE_WORD, offset, value.limbs[1], value.limbs[0]), word_size);
}

Appended AccessProgram::load_word(std::uint64_t offset) {
    if (!has_room(1)) return Appended::full;
    if (!touch(offset, word_size)) return refuse();
    return append(op_of(EVMMEM_LOAD_WORD, offset), word_size);
}

Appended AccessProgram::store_byte(std::uint64_t offset, std::uint8_t value) {
    if (!has_room(1)) return Appended::full;
    if (!touch(offset, 1)) return refuse();
    return append(op_of(EVMMEM_STORE_BYTE, offset, 0, value), 1);
}

Appended AccessProgram::copy(std::uint64_t target, std::uint64_t source, std::uint64_t size) {
    if (size == 0) return Appended::yes;
    if (!has_room(1)) return Appended::full;
    if (!touch(std::max(target, source), size)) return refuse();
    return append(op_of(EVMMEM_COPY, target, size, source), size);
}

Appended AccessProgram::write(std::uint64_t offset, std::uint64_t size, std::uint64_t available) {
    if (size == 0) return Appended::yes;
    available = std::min(available, size);
    // The data ends where `available` ends. More than all of it is written in pieces, each from the
    // start.
    const std::uint64_t whole_pieces = available > limits_.data_size && limits_.data_size != 0
                                           ? (available - 1) / limits_.data_size
                                           : 0;
    if (!has_room(whole_pieces + 1)) return Appended::full;
    if (!touch(offset, size)) return refuse();
    for (std::uint64_t i = 0; i < whole_pieces; ++i) {
        append(op_of(EVMMEM_WRITE, offset, limits_.data_size), limits_.data_size);
        offset += limits_.data_size;
        size -= limits_.data_size;
        available -= limits_.data_size;
    }
    const bool is_short = available < size;
    const std::uint64_t source =
        is_short ? limits_.data_size - std::min(available, limits_.data_size) : 0;
    return append(op_of(EVMMEM_WRITE, offset, size, source), size);
}

Appended AccessProgram::read(std::uint64_t offset, std::uint64_t size) {
    if (size == 0) return Appended::yes;
    if (!has_room(1)) return Appended::full;
    if (!touch(offset, size)) return refuse();
    output_bytes_ = std::max(output_bytes_, size);
    return append(op_of(EVMMEM_READ, offset, size), size);
}

Appended AccessProgram::grow(std::uint64_t size) {
    if (size <= sizes_.back()) return Appended::yes;
    if (!has_room(1)) return Appended::full;
    if (!touch(0, size)) return refuse();
    return append(op_of(EVMMEM_GROW, 0, size), 0);
}

Appended AccessProgram::enter_frame() {
    if (!has_room(1)) return Appended::full;
    if (sizes_.size() >= limits_.frames_max) return refuse();
    sizes_.push_back(0);
    return append(op_of(EVMMEM_ENTER), 0);
}

Appended AccessProgram::leave_frame(std::uint64_t offset, std::uint64_t source,
                                    std::uint64_t size) {
    if (!has_room(1)) return Appended::full;
    if (sizes_.size() == 1) return refuse();
    const std::uint64_t child_size = sizes_.back();
    const std::uint64_t open_bytes = open_bytes_;
    const std::uint64_t peak_bytes = peak_bytes_;
    bool is_possible = touch(source, size);
    const std::uint64_t child_size_at_end = sizes_.back();
    sizes_.pop_back();
    open_bytes_ -= child_size_at_end;
    is_possible = is_possible && touch(offset, size);
    if (!is_possible) {
        sizes_.push_back(child_size);
        open_bytes_ = open_bytes;
        peak_bytes_ = peak_bytes;
        return refuse();
    }
    output_bytes_ = std::max(output_bytes_, size);
    if (size == 0) offset = source = 0;
    return append(op_of(EVMMEM_LEAVE, offset, size, source), size);
}

Appended AccessProgram::reset() {
    if (!has_room(1)) return Appended::full;
    sizes_.assign(1, 0);
    open_bytes_ = 0;
    return append(op_of(EVMMEM_RESET), 0);
}

std::vector<std::uint8_t> AccessProgram::data() const {
    std::vector<std::uint8_t> bytes(limits_.data_size);
    std::uint64_t state = 0x65766d6d656d;  // any constant would do
    for (std::size_t i = 0; i < bytes.size(); i += 8) {
        std::uint64_t value = splitmix64(state);
        for (std::size_t j = i; j < std::min(i + 8, bytes.size()); ++j, value >>= 8)
            bytes[j] = static_cast<std::uint8_t>(value);
    }
    return bytes;
}

std::uint64_t AccessProgram::digest() const {
    std::uint64_t digest = mix(ops_.size(), limits_.data_size);
    for (const AccessOp& op : ops_)
        digest = mix(mix(mix(mix(digest, op.kind), op.offset), op.size), op.source);
    return digest;
}

AccessBuffers::AccessBuffers(const AccessProgram& program)
    : data_{program.data()}, output_(program.output_bytes()) {}

evmmem_run AccessBuffers::begin() {
    evmmem_run run{};
    run.data = data_.data();
    run.data_size = data_.size();
    run.output = output_.data();
    run.output_size = output_.size();
    return run;
}

RawCopies::RawCopies(const AccessProgram& program)
    : buffer_(program.peak_bytes()),
      data_{program.data()},
      output_(std::max(program.output_bytes(), word_size)),
      bytes_moved_{program.bytes_moved()} {
    // Words come from the data in turn, so it must hold some.
    data_.resize(std::max<std::size_t>(data_.size(), words_of_data * word_size));
    struct Frame {
        std::uint64_t base;
        std::uint64_t size;
    };
    std::vector<Frame> frames = {{0, 0}};
    const auto touch = [&](std::uint64_t end) {
        frames.back().size = std::max(frames.back().size, num_words(end) * word_size);
    };
    for (AccessOp op : program.ops()) {
        const Frame frame = frames.back();
        switch (static_cast<evmmem_op_kind>(op.kind)) {
            case EVMMEM_STORE_WORD:
                touch(op.offset + word_size);
                op.source = pieces_.size() % words_of_data * word_size;
                break;
            case EVMMEM_LOAD_WORD: touch(op.offset + word_size); break;
            case EVMMEM_STORE_BYTE: touch(op.offset + 1); break;
            case EVMMEM_COPY:
                touch(std::max(op.offset, op.source) + op.size);
                op.source += frame.base;
                break;
            case EVMMEM_WRITE:
            case EVMMEM_READ: touch(op.offset + op.size); break;
            case EVMMEM_GROW: touch(op.size); continue;
            case EVMMEM_ENTER: frames.push_back({frame.base + frame.size, 0}); continue;
            case EVMMEM_LEAVE:
                frames.pop_back();
                if (op.size == 0) continue;
                touch(op.offset + op.size);
                op.kind = EVMMEM_COPY;
                op.source += frame.base;
                break;
            case EVMMEM_RESET: frames.assign(1, {0, 0}); continue;
        }
        op.offset += frames.back().base;
        pieces_.push_back(op);
    }
}

std::uint64_t RawCopies::run() {
    std::uint64_t checksum = 0;
    std::uint8_t* const buffer = buffer_.data();
    for (const AccessOp& op : pieces_) {
        std::uint8_t* const target = buffer + op.offset;
        switch (static_cast<evmmem_op_kind>(op.kind)) {
            case EVMMEM_STORE_WORD: std::memcpy(target, data_.data() + op.source, word_size); break;
            case EVMMEM_LOAD_WORD: {
                std::uint64_t limbs[4];
                std::memcpy(limbs, target, word_size);
                checksum = evmmem_fold(checksum, limbs);
                break;
            }
            case EVMMEM_STORE_BYTE: *target = static_cast<std::uint8_t>(op.source); break;
            case EVMMEM_COPY: std::memmove(target, buffer + op.source, op.size); break;
            case EVMMEM_WRITE: {
                const std::uint64_t copied =
                    std::min<std::uint64_t>(op.size, data_.size() - op.source);
                std::memcpy(target, data_.data() + op.source, copied);
                std::memset(target + copied, 0, op.size - copied);
                break;
            }
            case EVMMEM_READ: std::memcpy(output_.data(), target, op.size); break;
            case EVMMEM_GROW:
            case EVMMEM_ENTER:
            case EVMMEM_LEAVE:
            case EVMMEM_RESET: break;
        }
    }
    return checksum;
}

}  // namespace evmmem
