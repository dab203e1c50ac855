// SPDX-License-Identifier: MIT
#include "core/word.hpp"

#include <doctest/doctest.h>

namespace evmmem {
namespace {

constexpr Word sample{0x0102030405060708, 0x090a0b0c0d0e0f10, 0x1112131415161718,
                      0x191a1b1c1d1e1f20};

}  // namespace

TEST_CASE("a word in memory has its most significant byte first") {
    const Bytes32 bytes = sample.to_big_endian();
    for (std::size_t i = 0; i < bytes.size(); ++i)
        CHECK(bytes[i] == i + 1);
    CHECK(Word::from_big_endian(bytes) == sample);
    CHECK(Word{1}.to_big_endian()[31] == 1);
    CHECK(Word::max().to_big_endian()[0] == 0xff);
    static_assert(Word::from_big_endian(sample.to_big_endian()) == sample);
}

TEST_CASE("a word narrows to 64 bits only when it fits") {
    CHECK(Word{~0ULL}.to_u64() == ~0ULL);
    CHECK_FALSE(Word{0, 0, 1, 0}.to_u64());
    CHECK_FALSE(Word{1, 0, 0, 0}.to_u64());
    CHECK(Word{}.is_zero());
    CHECK_FALSE(Word{0, 1, 0, 0}.is_zero());
}

TEST_CASE("a word is clamped, whatever its high limbs say") {
    CHECK(Word{5}.clamped_to(10) == 5);
    CHECK(Word{10}.clamped_to(10) == 10);
    CHECK(Word{11}.clamped_to(10) == 10);
    CHECK(Word{0, 0, 1, 5}.clamped_to(10) == 10);
}

TEST_CASE("words are ordered by value, the most significant limb first") {
    CHECK(Word{1} < Word{2});
    CHECK(Word{~0ULL} < Word{0, 0, 1, 0});
    CHECK(Word{0, 1, 0, 0} > Word{0, 0, ~0ULL, ~0ULL});
    CHECK((Word{3} <=> Word{3}) == std::strong_ordering::equal);
}

}  // namespace evmmem
