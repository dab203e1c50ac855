// SPDX-License-Identifier: MIT
// Source: Yellow Paper, appendix H, C_mem(a) = G_memory * a + floor(a * a / 512), G_memory = 3. The
// expected totals below were worked out apart from the code.
#include "core/memory_cost.hpp"

#include <doctest/doctest.h>

namespace evmmem {

static_assert(num_words(0) == 0 && num_words(1) == 1 && num_words(32) == 1 && num_words(33) == 2);
static_assert(num_words(~0ULL) == 1ULL << 59);
static_assert(memory_cost(724) == 3195, "gas is constexpr");

TEST_CASE("the gas of a size is exact over the whole 64-bit range, or clearly more than exists") {
    CHECK(memory_cost(0) == 0);
    CHECK(memory_cost(1) == 3);
    CHECK(memory_cost(22) == 66);  // the last size whose square is below 512
    CHECK(memory_cost(23) == 70);  // 69 + 529/512
    CHECK(memory_cost(32) == 98);
    CHECK(memory_cost(1024) == 5120);
    CHECK(memory_cost(32768) == 2195456);              // 1 MiB
    CHECK(memory_cost(33554432) == 2199123918848ULL);  // 1 GiB
    // w*w leaves 64 bits at 2^32 words.
    CHECK(memory_cost((1ULL << 32) - 1) == 36028809887088637ULL);
    CHECK(memory_cost(1ULL << 32) == 36028809903865856ULL);
    CHECK(memory_cost((1ULL << 32) + 1) == 36028809920643075ULL);
    // The last size whose gas fits 64 bits and the first whose gas does not.
    CHECK(memory_cost(97184015231ULL) == 18446744073620873785ULL);
    CHECK_FALSE(memory_cost(97184015232ULL));
    CHECK_FALSE(memory_cost(1ULL << 37));
    CHECK_FALSE(memory_cost(~0ULL));
}

TEST_CASE("an expansion costs the difference of the totals, not a formula over the new words") {
    CHECK(expansion_cost(0, 32) == 98);
    CHECK(expansion_cost(32, 64) == 200 - 98);
    CHECK(expansion_cost(1000, 1001) == 3 + 4);  // 1001^2/512 - 1000^2/512 = 1957 - 1953
    CHECK(expansion_cost(64, 64) == 0);
    CHECK(expansion_cost(64, 32) == 0);
    CHECK(expansion_cost(~0ULL, 5) == 0);
    CHECK_FALSE(expansion_cost(0, 1ULL << 40));
    CHECK_FALSE(expansion_cost(1ULL << 40, (1ULL << 40) + 1));
}

TEST_CASE("growing word by word costs what growing at once costs") {
    std::uint64_t sum = 0;
    for (std::uint64_t words = 0; words < 5000; ++words)
        sum += *expansion_cost(words, words + 1);
    CHECK(sum == memory_cost(5000));
}

}  // namespace evmmem
