// SPDX-License-Identifier: MIT
// Changes traces as traces: lines come, go and change places, fields get other values of their kind
// or of another, instructions become others, and the text stays a trace most of the time. Bytes are
// changed at random only now and then, by libFuzzer itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace evmmem::fuzz {

/// Changes `text` in one to four places; `random` gives 64 random bits a call.
void mutate_trace(std::string& text, const std::function<std::uint64_t()>& random);

/// The first lines of one trace, then the last ones of the other.
std::string cross_traces(std::string_view first, std::string_view second,
                         const std::function<std::uint64_t()>& random);

}  // namespace evmmem::fuzz
