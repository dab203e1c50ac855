// SPDX-License-Identifier: MIT
// Fuzzes the readers, whole: any bytes at all, as every dialect. Nothing may crash or hang, and a
// trace must mean the same read with and without the JSON parser.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "tests/support/reading.hpp"
#include "traces/dialect.hpp"

using namespace evmmem;

namespace {

void require(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "%s\n", what);
    std::abort();
}

}  // namespace

// The first byte chooses a dialect to force, or none.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const auto all = traces::dialects();
    traces::ReaderOptions options;
    options.line_max = 1 << 20;
    if (data[0] < all.size()) options.dialect = &all[data[0]];
    const std::string_view text{reinterpret_cast<const char*>(data + 1), size - 1};

    const test::Reading direct = test::read(text, options);
    options.asks_parser = true;
    const test::Reading parsed = test::read(text, options);
    require(direct.dialect == parsed.dialect, "the dialects differ");
    require(direct.steps == parsed.steps, "the steps differ");
    require(direct.reports.size() == parsed.reports.size(), "the reports differ");
    require(direct.lines_skipped == parsed.lines_skipped, "the lines skipped differ");
    require(direct.errors.size() == parsed.errors.size(), "the errors differ");
    for (std::size_t i = 0; i < direct.errors.size(); ++i) {
        require(direct.errors[i].message == parsed.errors[i].message, "the messages differ");
        require(!direct.errors[i].message.empty(), "an error says nothing");
    }
    return 0;
}
