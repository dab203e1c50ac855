// SPDX-License-Identifier: MIT
// Fuzzes the direct way to a step against the JSON parser, line by line: each line may teach the
// direct way a layout, and every later one that it reads must mean what the parser says. So must
// the object, and the line, that it finds at the beginning of a text, whatever comes after it.
#include <string>
#include <string_view>

#include "fuzz_input.hpp"
#include "tests/support/both_ways.hpp"

using namespace evmmem;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const fuzz::Input input{data, size};
    test::BothWays both{input.dialect != nullptr ? *input.dialect : traces::dialects().front()};
    std::string_view text = input.text;
    while (!text.empty()) {
        const std::string at_beginning = both.disagreement_at_beginning(text);
        fuzz::require(at_beginning.empty(), at_beginning);
        const std::string of_line = both.disagreement_of_line(text);
        fuzz::require(of_line.empty(), of_line);
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        const std::string wrong = both.disagreement(line);
        fuzz::require(wrong.empty(), wrong);
    }
    return 0;
}
