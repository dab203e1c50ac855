// SPDX-License-Identifier: MIT
#include "reference_run.hpp"

namespace evmmem::app {

void ReferenceRun::grow(std::uint64_t size) {
    while (frames_.back().size() < size)
        frames_.back().resize(frames_.back().size() + word_size);
}

std::vector<std::uint8_t> ReferenceRun::bytes(std::uint64_t offset, std::uint64_t size) {
    if (size == 0) return {};
    grow(offset + size);
    std::vector<std::uint8_t> copy;
    for (std::uint64_t i = 0; i < size; ++i)
        copy.push_back(frames_.back()[offset + i]);
    return copy;
}

void ReferenceRun::put(std::uint64_t offset, std::span<const std::uint8_t> source) {
    if (source.empty()) return;
    grow(offset + source.size());
    for (std::uint64_t i = 0; i < source.size(); ++i)
        frames_.back()[offset + i] = source[i];
}

void ReferenceRun::apply(const AccessOp& op) {
    switch (static_cast<evmmem_op_kind>(op.kind)) {
        case EVMMEM_STORE_WORD:
            put(op.offset, Word{~op.size, ~op.source, op.size, op.source}.to_big_endian());
            break;
        case EVMMEM_LOAD_WORD: {
            const auto loaded = bytes(op.offset, word_size);
            Bytes32 word;
            for (std::size_t i = 0; i < word.size(); ++i)
                word[i] = loaded[i];
            loaded_ = Word::from_big_endian(word);
            checksum_ = evmmem_fold(checksum_, loaded_.limbs.data());
            break;
        }
        case EVMMEM_STORE_BYTE: {
            const auto value = static_cast<std::uint8_t>(op.source);
            put(op.offset, {&value, 1});
            break;
        }
        case EVMMEM_COPY: {
            const auto source = bytes(op.source, op.size);
            put(op.offset, source);
            break;
        }
        case EVMMEM_WRITE: {
            std::vector<std::uint8_t> source;
            for (std::uint64_t i = 0; i < op.size; ++i)
                source.push_back(op.source + i < data_.size() ? data_[op.source + i] : 0);
            put(op.offset, source);
            break;
        }
        case EVMMEM_READ: output_ = bytes(op.offset, op.size); break;
        case EVMMEM_GROW: grow(op.size); break;
        case EVMMEM_ENTER: frames_.emplace_back(); break;
        case EVMMEM_LEAVE:
            output_ = bytes(op.source, op.size);
            frames_.pop_back();
            put(op.offset, output_);
            break;
        case EVMMEM_RESET: frames_.assign(1, {}); break;
    }
}

}  // namespace evmmem::app
