// SPDX-License-Identifier: MIT
// What an access program must come to, worked out byte by byte: the judge of every backend. It
// shares no code with any of them, and speed is no concern of it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/access_program.hpp"

namespace evmmem::app {

class ReferenceRun {
public:
    /// `data` is what EVMMEM_WRITE copies from; it must outlive the run.
    explicit ReferenceRun(std::span<const std::uint8_t> data) : data_{data} {}

    void apply(const AccessOp& op);

    const std::vector<std::uint8_t>& memory() const { return frames_.back(); }
    const std::vector<std::uint8_t>& output() const { return output_; }
    const Word& loaded() const { return loaded_; }
    AccessResult result() const { return {checksum_, memory().size()}; }

private:
    void grow(std::uint64_t size);
    std::vector<std::uint8_t> bytes(std::uint64_t offset, std::uint64_t size);
    void put(std::uint64_t offset, std::span<const std::uint8_t> source);

    std::span<const std::uint8_t> data_;
    std::vector<std::vector<std::uint8_t>> frames_{1};  // outermost first
    std::vector<std::uint8_t> output_;                  // of the last EVMMEM_READ or EVMMEM_LEAVE
    Word loaded_;
    std::uint64_t checksum_ = 0;
};

}  // namespace evmmem::app
