// SPDX-License-Identifier: MIT
// What is said of a trace that was written anew: what of it could not be filled in, and why.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "traces/convert/converter.hpp"
#include "traces/convert/filler.hpp"

namespace evmmem::app {

/// Whether some line lacks what its form has a place for.
bool lacks_anything(const traces::ConvertCounts& counts);

/// A sentence for everything that lines lack, and one for each of the `gaps` of the trace itself. Without a
/// full stop; `file` is foreign text.
std::vector<std::string> converted_text(std::string_view file, const traces::ConvertCounts& counts,
                                        traces::WrittenForm form, bool unknown_as_zero,
                                        const std::vector<std::string>& gaps);

/// "memory of 2 of 7 steps is not all known, 64 bytes in all": empty where all of it is.
std::string unknown_memory_text(std::uint64_t steps, std::uint64_t steps_unknown,
                                std::uint64_t bytes_unknown, std::uint64_t steps_unsized);

/// How much memory was filled in, and how much is not known. Without a full stop.
std::string filled_text(const traces::FillCounts& counts);

/// That the trace has findings, and so its copy: where they are shown. `client`, empty where that is sure, is
/// the dialect that it turned out late to have.
std::string copied_findings_text(std::string_view file, std::uint64_t findings,
                                 std::string_view client);

}  // namespace evmmem::app
