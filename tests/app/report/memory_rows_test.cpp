// SPDX-License-Identifier: MIT
#include "app/report/memory_rows.hpp"

#include <doctest/doctest.h>

namespace evmmem::app {
namespace {

const Palette plain{false};

MemoryRange range(std::uint64_t offset, std::uint64_t size) {
    return *MemoryRange::from(offset, size);
}

std::vector<std::string> lines(const MemoryRows& rows) {
    return memory_lines(rows, plain);
}

}  // namespace

TEST_CASE("bytes that are read, written or both are marked below their row") {
    std::vector<std::uint8_t> bytes(32);
    bytes[0] = 'A';
    MemoryRows rows{bytes, {}, range(0, 2), range(1, 2), {}, 80};
    CHECK(lines(rows) ==
          std::vector<std::string>{
              "0x0000  4100000000000000 0000000000000000 0000000000000000 0000000000000000\n"
              "        ^^**++"});
}

TEST_CASE("unknown bytes are question marks, also in ASCII") {
    const std::vector<std::uint8_t> bytes(32, 'x');
    const std::vector<KnownBytes::Range> unknown{{1, 31}};
    const auto text = lines({bytes, unknown, {}, {}, {}, unlimited_columns});
    REQUIRE(text.size() == 1);
    CHECK(text[0] ==
          "0x0000  78?????????????? ???????????????? ???????????????? ??????????????78  "
          "x??????????????????????????????x");
}

TEST_CASE("three rows of zeros are one line, two are two") {
    std::vector<std::uint8_t> bytes(32 * 4);
    bytes[96] = 1;
    CHECK(lines({bytes, {}, {}, {}, {}, 80})[0] == "0x0000  zero up to 0x5f, 3 rows");
    bytes[64] = 1;
    CHECK(lines({bytes, {}, {}, {}, {}, 80}).size() == 4);
}

TEST_CASE("what a step writes far beyond the end is shown without the rows between") {
    const auto text = lines({{}, {}, {}, range(std::uint64_t{1} << 40, 32), {}, 100});
    REQUIRE(text.size() == 2);
    CHECK(text[0] == "0x00000000000  not there yet up to 0xffffffffff");
    CHECK(text[1].starts_with("0x10000000000  ................"));
}

TEST_CASE("rows are as wide as there is room, and never wider") {
    std::vector<std::uint8_t> bytes(0x10020);
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = static_cast<std::uint8_t>(i | 1);
    const auto widest = [&](std::size_t size, std::size_t columns) {
        std::size_t result = 0;
        for (const auto& line : lines({{bytes.data(), size}, {}, {}, {}, {}, columns}))
            result = std::max(result, line.size());
        return result;
    };
    // 32 bytes with ASCII, without; 16 with, without; 8 with, without.
    for (const auto& [columns, width] :
         std::vector<std::pair<std::size_t, std::size_t>>{{109, 109},
                                                          {108, 75},
                                                          {75, 75},
                                                          {74, 59},
                                                          {59, 59},
                                                          {58, 41},
                                                          {41, 41},
                                                          {40, 34},
                                                          {34, 34},
                                                          {33, 24}}) {
        CAPTURE(columns);
        CHECK(widest(64, columns) == width);
    }
    // Offsets of eight digits take room, too.
    for (const auto& [columns, width] : std::vector<std::pair<std::size_t, std::size_t>>{
             {113, 113}, {112, 79}, {79, 79}, {78, 63}}) {
        CAPTURE(columns);
        CHECK(widest(bytes.size(), columns) == width);
    }
}

}  // namespace evmmem::app
