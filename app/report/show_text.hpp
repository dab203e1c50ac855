// SPDX-License-Identifier: MIT
// A step, or a write to memory, as people read it and as JSON.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "app/host/palette.hpp"
#include "app/host/terminal.hpp"
#include "core/memory_range.hpp"
#include "traces/observers/step_view.hpp"
#include "traces/observers/write_history.hpp"

namespace evmmem::app {

/// All of a step: lines, the last with a newline, none longer than `columns`. `only`: rows of
/// memory that touch it.
std::string step_view_text(const traces::StepView& view, const std::optional<MemoryRange>& only,
                           std::size_t columns, const Palette& palette);
/// The same as one JSON object, with a newline. Unknown bytes are listed as ranges.
std::string step_view_json(const std::string& file, const traces::StepView& view);

/// The step and what it wrote, likewise.
std::string write_text(const traces::MemoryWrite& write, std::size_t columns,
                       const Palette& palette);
/// One object on a line.
std::string write_json(const traces::MemoryWrite& write);

/// "3  pc 4  MSTORE 0x40 0x80": a step in one line.
std::string step_line_text(const traces::StepLine& line);

}  // namespace evmmem::app
