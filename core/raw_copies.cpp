// SPDX-License-Identifier: MIT
#include "raw_copies.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include "evmmem_backend.hpp"
#include "memory_cost.hpp"

namespace evmmem {
namespace {

/// What RawCopies runs its pieces on: a buffer in which everything has its place already.
class RawBytes {
public:
    explicit RawBytes(std::uint8_t* bytes) : bytes_{bytes} {}

    std::uint64_t size() const { return std::numeric_limits<std::uint64_t>::max(); }
    void resize(std::uint64_t) {}
    std::uint8_t* get_ptr_unsafe(std::uint64_t offset) { return bytes_ + offset; }
    void set_u256(std::uint64_t offset, const Word& word) {
        for (std::size_t i = 0; i < 4; ++i)
            std::memcpy(bytes_ + offset + 8 * i, &word.limbs[i], 8);
    }
    Word get_u256(std::uint64_t offset) const {
        Word word;
        for (std::size_t i = 0; i < 4; ++i) {
            std::memcpy(&word.limbs[i], bytes_ + offset + 8 * i, 8);
            word.limbs[i] = word_detail::one_limb(word.limbs[i]);
        }
        return word;
    }
    // Frames have become places in the one buffer.
    void enter_frame() {}
    void leave_frame() {}
    void reset() {}

private:
    std::uint8_t* bytes_;
};

}  // namespace

RawCopies::RawCopies(const AccessProgram& program)
    : buffer_(program.peak_bytes()),
      output_(program.output_bytes()),
      bytes_moved_{program.bytes_moved()} {
    const auto data = program.data();
    data_.assign(data.begin(), data.end());
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
    RawBytes bytes{buffer_.data()};
    evmmem_run run{};
    run.data = data_.data();
    run.data_size = data_.size();
    run.output = output_.data();
    run.output_size = output_.size();
    run_ops(bytes, pieces_, run);
    return run.checksum;
}

}  // namespace evmmem
