// SPDX-License-Identifier: MIT
// Fuzzes the direct way to a step against the JSON parser, line by line: each line may teach the
// direct way a layout, and every later one that it reads must mean what the parser says.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "tests/support/both_ways.hpp"

using namespace evmmem;

// The first byte chooses a dialect.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const auto all = traces::dialects();
    test::BothWays both{all[data[0] % all.size()]};
    std::string_view text{reinterpret_cast<const char*>(data + 1), size - 1};
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        const std::string wrong = both.disagreement(line);
        if (!wrong.empty()) {
            std::fprintf(stderr, "%s\n", wrong.c_str());
            std::abort();
        }
    }
    return 0;
}
