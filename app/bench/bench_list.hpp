// SPDX-License-Identifier: MIT
// What there is to bench: patterns, presets and backends, each with a sentence.
#pragma once

#include <string>

#include "app/command_line/options.hpp"
#include "app/host/palette.hpp"

namespace evmmem::app {

std::string bench_list(ListFormat format, const Palette& palette, std::size_t columns_max);

}  // namespace evmmem::app
