// SPDX-License-Identifier: MIT
#include "app/memory_rows.hpp"

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
    MemoryRows rows{bytes, {}, range(0, 2), range(1, 2), {}, false};
    CHECK(lines(rows) ==
          std::vector<std::string>{
              "0x0000  4100000000000000 0000000000000000 0000000000000000 0000000000000000\n"
              "        ^^**++"});
}

TEST_CASE("unknown bytes are question marks, also in ASCII") {
    const std::vector<std::uint8_t> bytes(32, 'x');
    const std::vector<KnownBytes::Range> unknown{{1, 31}};
    const auto text = lines({bytes, unknown, {}, {}, {}, true});
    REQUIRE(text.size() == 1);
    CHECK(text[0] ==
          "0x0000  78?????????????? ???????????????? ???????????????? ??????????????78  "
          "x??????????????????????????????x");
}

TEST_CASE("three rows of zeros are one line, two are two") {
    std::vector<std::uint8_t> bytes(32 * 4);
    bytes[96] = 1;
    CHECK(lines({bytes, {}, {}, {}, {}, false})[0] == "0x0000  zero up to 0x5f, 3 rows");
    bytes[64] = 1;
    CHECK(lines({bytes, {}, {}, {}, {}, false}).size() == 4);
}

TEST_CASE("what a step writes far beyond the end is shown without the rows between") {
    const auto text = lines({{}, {}, {}, range(std::uint64_t{1} << 40, 32), {}, false});
    REQUIRE(text.size() == 2);
    CHECK(text[0] == "0x00000000  not there yet up to 0xffffffffff");
    CHECK(text[1].starts_with("0x10000000000  ................"));
}

}  // namespace evmmem::app
