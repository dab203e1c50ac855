// SPDX-License-Identifier: MIT
#include "core/memory_range.hpp"

#include <doctest/doctest.h>

namespace evmmem {
namespace {

constexpr std::uint64_t u64_max = ~std::uint64_t{0};

}  // namespace

TEST_CASE("size 0 touches nothing, wherever it points") {
    for (const Word& offset : {Word{0}, Word{u64_max}, Word{0, 0, 1, 0}, Word::max()}) {
        const auto range = MemoryRange::from(offset, Word{});
        REQUIRE(range);
        CHECK(range->empty());
        CHECK(*range == MemoryRange{});
    }
    CHECK(MemoryRange::from(u64_max, 0) == MemoryRange{});
}

TEST_CASE("a range is addressable when its end, in whole words, fits 64 bits") {
    const auto last = MemoryRange::from(u64_max - 32, 1);
    REQUIRE(last);
    CHECK(last->end() == u64_max - 31);
    CHECK(MemoryRange::from(0, u64_max - 31)->size() == u64_max - 31);
    CHECK(MemoryRange::from(u64_max - 31, 1) == std::unexpected{MemoryError::invalid_size});
    CHECK(MemoryRange::from(0, u64_max - 30) == std::unexpected{MemoryError::invalid_size});
    CHECK(MemoryRange::from(u64_max, u64_max) == std::unexpected{MemoryError::invalid_size});
    CHECK(MemoryRange::from(1, u64_max) == std::unexpected{MemoryError::invalid_size});
}

TEST_CASE("operands of more than 64 bits are refused, in each limb of either") {
    for (const Word& large : {Word{0, 0, 1, 0}, Word{0, 1, 0, 0}, Word{1, 0, 0, 0}, Word::max()}) {
        CHECK(MemoryRange::from(large, Word{1}) == std::unexpected{MemoryError::invalid_size});
        CHECK(MemoryRange::from(Word{0}, large) == std::unexpected{MemoryError::invalid_size});
    }
    CHECK(MemoryRange::from(Word{5}, Word{7})->end() == 12);
}

TEST_CASE("the first bytes of a range are a range") {
    const MemoryRange range = *MemoryRange::from(10, 20);
    CHECK(range.first(5) == *MemoryRange::from(10, 5));
    CHECK(range.first(20) == range);
    CHECK(range.first(21) == range);
    CHECK(range.first(0) == MemoryRange{});
}

}  // namespace evmmem
