// SPDX-License-Identifier: MIT
#include "access_program.hpp"

#include <algorithm>

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

AccessBuffers::AccessBuffers(const AccessProgram& program) : output_(program.output_bytes()) {
    const auto data = program.data();
    data_.assign(data.begin(), data.end());
}

evmmem_run AccessBuffers::begin() {
    evmmem_run run{};
    run.data = data_.data();
    run.data_size = data_.size();
    run.output = output_.data();
    run.output_size = output_.size();
    return run;
}

}  // namespace evmmem
