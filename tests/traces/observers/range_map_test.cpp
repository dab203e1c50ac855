// SPDX-License-Identifier: MIT
#include "traces/observers/range_map.hpp"

#include <doctest/doctest.h>

#include <array>
#include <random>
#include <string>

namespace evmmem::traces {
namespace {

std::string pieces(const RangeMap<char>& map, std::uint64_t begin, std::uint64_t end) {
    std::string text;
    map.for_each(begin, end, [&](std::uint64_t from, std::uint64_t to, char value) {
        text += std::to_string(from) + value + std::to_string(to) + " ";
    });
    return text;
}

}  // namespace

TEST_CASE("a range map cuts what a later range covers in two") {
    RangeMap<char> map;
    map.assign(0, 10, 'a');
    map.assign(3, 5, 'b');
    CHECK(pieces(map, 0, 100) == "0a3 3b5 5a10 ");
    CHECK(pieces(map, 4, 6) == "4b5 5a6 ");
    CHECK(map.covered(0, 100) == 10);
}

TEST_CASE("a range map joins neighbours of one value") {
    RangeMap<char> map;
    map.assign(0, 4, 'a');
    map.assign(8, 12, 'a');
    map.assign(4, 8, 'a');
    CHECK(pieces(map, 0, 100) == "0a12 ");
}

TEST_CASE("a range map agrees with an array, whatever is assigned and erased") {
    std::mt19937 random{1};
    for (int round = 0; round < 200; ++round) {
        RangeMap<char> map;
        std::array<char, 64> plain{};
        for (int i = 0; i < 40; ++i) {
            const std::uint64_t begin = random() % 64;
            const std::uint64_t end = begin + random() % (65 - begin);
            const char value = static_cast<char>(random() % 4);  // 0: erase
            if (value == 0)
                map.erase(begin, end);
            else
                map.assign(begin, end, value);
            std::fill(plain.begin() + static_cast<long>(begin),
                      plain.begin() + static_cast<long>(end), value);
        }
        std::array<char, 64> seen{};
        std::uint64_t last = 0;
        map.for_each(0, 64, [&](std::uint64_t begin, std::uint64_t end, char value) {
            CHECK(begin >= last);
            CHECK(begin < end);
            last = end;
            std::fill(seen.begin() + static_cast<long>(begin),
                      seen.begin() + static_cast<long>(end), value);
        });
        CHECK(seen == plain);
    }
}

}  // namespace evmmem::traces
