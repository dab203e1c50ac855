// SPDX-License-Identifier: MIT
// What a replay knows of calldata, code and return data.
#include "traces/replay/known_data.hpp"

#include <doctest/doctest.h>

#include <array>

#include "core/memory.hpp"

using evmmem::KnownBytes;
using evmmem::Memory;
using evmmem::MemoryRange;
using evmmem::Word;
using evmmem::traces::KnownData;

namespace {

MemoryRange range_at(std::uint64_t offset, std::uint64_t len) {
    const auto range = MemoryRange::from(Word{offset}, Word{len});
    REQUIRE(range);
    return *range;
}

}  // namespace

TEST_CASE("data taken from memory is as known as the memory was") {
    Memory memory;
    REQUIRE(memory.resize(64));
    const std::array<std::uint8_t, 2> bytes{0x11, 0x22};
    memory.set_unsafe(8, bytes);
    KnownBytes known;
    known.mark_unknown(9, 10);

    KnownData data;
    data.assign(memory, known, range_at(8, 4));

    CHECK(data.size() == 4);
    CHECK(data.bytes()[0] == 0x11);
    CHECK(data.is_known(0, 1));
    CHECK_FALSE(data.is_known(1, 1));
    CHECK(data.is_known(2, 2));
}

TEST_CASE(
    "of a range that memory does not hold, as a call that should have run out of gas passes on, "
    "only the size is known") {
    Memory memory;
    REQUIRE(memory.resize(32));
    KnownData data;

    data.assign(memory, KnownBytes{}, range_at(0x1b0, 0x159));

    CHECK(data.size() == 0x159);
    CHECK_FALSE(data.is_whole());
    CHECK_FALSE(data.is_known(0, 1));
}
