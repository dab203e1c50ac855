// SPDX-License-Identifier: MIT
// A generated trace as one text.
#pragma once

#include <string>
#include <string_view>

#include "traces/generate/trace_generator.hpp"

namespace evmmem::test {

inline std::string generated(const traces::TraceOptions& options) {
    std::string text;
    traces::generate_trace(options, [&](std::string_view lines) {
        text += lines;
        return true;
    });
    return text;
}

}  // namespace evmmem::test
