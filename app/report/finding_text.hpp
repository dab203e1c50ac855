// SPDX-License-Identifier: MIT
// A finding as people read it: where, which check, both values one below the other, and a mark
// below the first digits that differ.
#pragma once

#include <string>
#include <string_view>

#include "app/host/palette.hpp"
#include "app/host/terminal.hpp"
#include "traces/finding.hpp"

namespace evmmem::app {

/// Several lines, the last without a newline; `file` is the foreign name of the trace. None is
/// longer than `columns`, at least 40 of them, but those with that name. `show_options` as in
/// ReporterOptions.
std::string finding_text(std::string_view file, const traces::Finding& finding,
                         const Palette& palette, std::size_t columns = unlimited_columns,
                         std::string_view show_options = {});

}  // namespace evmmem::app
