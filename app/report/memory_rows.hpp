// SPDX-License-Identifier: MIT
// Memory as rows of 32 bytes: offset, bytes, ASCII; zero bytes dim, bytes that a step writes
// highlighted, bytes that it reads marked, unknown ones as "??". Runs of rows that hold nothing but
// zeros are one line. Without colour, and with it, a line of marks below a row shows the same.
// Where there is less room, ASCII is left out first, and then the rows are shorter.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "app/host/palette.hpp"
#include "app/host/terminal.hpp"
#include "core/known_bytes.hpp"
#include "core/memory_range.hpp"

namespace evmmem::app {

struct MemoryRows {
    std::span<const std::uint8_t> bytes;
    std::span<const KnownBytes::Range> unknown;
    MemoryRange reads;
    MemoryRange writes;
    std::optional<MemoryRange> only;  ///< rows that touch it; nothing: all rows
    std::size_t columns = unlimited_columns;
};

/// Lines, without newlines. Bytes that a step writes beyond the end are shown as "..".
std::vector<std::string> memory_lines(const MemoryRows& rows, const Palette& palette);

}  // namespace evmmem::app
