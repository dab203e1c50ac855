// SPDX-License-Identifier: MIT
// KnownBytes against a bitmap: one flag a byte, obviously right.
#include "core/known_bytes.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <vector>

using evmmem::KnownBytes;

namespace {

constexpr std::uint64_t extent = 96;

class Bitmap {
public:
    void mark(std::uint64_t begin, std::uint64_t end, bool is_known) {
        for (std::uint64_t i = begin; i < end; ++i)
            known_[i] = is_known;
    }
    std::uint64_t unknown_in(std::uint64_t begin, std::uint64_t end) const {
        std::uint64_t count = 0;
        for (std::uint64_t i = begin; i < end; ++i)
            count += known_[i] ? 0 : 1;
        return count;
    }
    KnownBytes::Range first_unknown(std::uint64_t begin, std::uint64_t end) const {
        while (begin < end && known_[begin])
            ++begin;
        std::uint64_t last = begin;
        while (last < end && !known_[last])
            ++last;
        return {begin, last};
    }
    void copy_from(const Bitmap& source, std::uint64_t from, std::uint64_t to, std::uint64_t size) {
        const std::vector<bool> copy = source.known_;
        for (std::uint64_t i = 0; i < size; ++i)
            known_[to + i] = copy[from + i];
    }

private:
    std::vector<bool> known_ = std::vector<bool>(2 * extent, true);
};

void check_equal(const KnownBytes& known, const Bitmap& bitmap) {
    for (std::uint64_t begin = 0; begin <= extent; ++begin) {
        for (const std::uint64_t end : {begin, begin + 1, begin + 7, extent}) {
            if (end < begin) continue;
            REQUIRE(known.unknown_in(begin, end) == bitmap.unknown_in(begin, end));
            REQUIRE(known.is_known(begin, end) == (bitmap.unknown_in(begin, end) == 0));
            REQUIRE(known.first_unknown(begin, end) == bitmap.first_unknown(begin, end));
        }
    }
    REQUIRE(known.all_known() == (bitmap.unknown_in(0, 2 * extent) == 0));
}

}  // namespace

TEST_CASE("nothing is unknown at first, and an empty range always is known") {
    KnownBytes known;
    CHECK(known.all_known());
    CHECK(known.is_known(0, ~std::uint64_t{0}));
    known.mark_unknown(0, ~std::uint64_t{0});
    CHECK(known.is_known(5, 5));
    CHECK(known.unknown_in(0, ~std::uint64_t{0}) == ~std::uint64_t{0});
    known.mark_unknown(7, 7);
    known.mark_known(7, 7);
    CHECK(known.unknown_in(0, 10) == 10);
}

TEST_CASE("ranges that touch become one, and a hole makes two of one") {
    KnownBytes known;
    known.mark_unknown(0, 4);
    known.mark_unknown(4, 8);
    CHECK(known.first_unknown(0, 100) == KnownBytes::Range{0, 8});
    known.mark_known(3, 5);
    CHECK(known.first_unknown(0, 100) == KnownBytes::Range{0, 3});
    CHECK(known.first_unknown(3, 100) == KnownBytes::Range{5, 8});
    CHECK(known.first_unknown(8, 100) == KnownBytes::Range{100, 100});
}

TEST_CASE("of very many ranges neighbours are taken together, and no unknown byte becomes known") {
    // One after the other, from the end, and as holes in a large range.
    for (const int way : {0, 1, 2, 3}) {
        CAPTURE(way);
        constexpr std::uint64_t count = 5 * KnownBytes::ranges_max;
        KnownBytes known, source;
        if (way == 2) known.mark_unknown(0, 2 * count);
        for (std::uint64_t i = 0; i < count; ++i) {
            const std::uint64_t at = way == 1 ? 2 * (count - 1 - i) : 2 * i;
            if (way == 2)
                known.mark_known(at + 1, at + 2);
            else
                known.mark_unknown(at, at + 1);
        }
        if (way == 3) {  // each copy brings as many ranges as there may be
            source = known;
            known.copy_from(source, 0, 3 * count, 2 * count);
        }
        CHECK(known.unknown_ranges(0, 6 * count).size() <= KnownBytes::ranges_max);
        CHECK(known.unknown_ranges(0, 6 * count).size() >= KnownBytes::ranges_max / 2);
        for (std::uint64_t at = 0; at < 2 * count; at += 2) {
            REQUIRE(known.unknown_in(at, at + 1) == 1);
            if (way == 3) REQUIRE(known.unknown_in(3 * count + at, 3 * count + at + 1) == 1);
        }
        CHECK(known.is_known(way == 3 ? 5 * count : 2 * count, ~std::uint64_t{0}));
    }
}

TEST_CASE("random operations leave the same bytes known as in a bitmap") {
    std::mt19937_64 random{1};
    for (int round = 0; round < 60; ++round) {
        KnownBytes known, other;
        Bitmap bitmap, other_bitmap;
        for (int i = 0; i < 60; ++i) {
            const std::uint64_t begin = random() % extent;
            const std::uint64_t end = begin + random() % (extent - begin + 1);
            const std::uint64_t to = random() % extent;
            const std::uint64_t size = std::min(end - begin, extent - to);
            switch (random() % 6) {
                case 0:
                    known.mark_known(begin, end);
                    bitmap.mark(begin, end, true);
                    break;
                case 1:
                case 2:
                    known.mark_unknown(begin, begin + (end - begin) / 4);
                    bitmap.mark(begin, begin + (end - begin) / 4, false);
                    break;
                case 3:
                    known.copy_from(known, begin, to, size);
                    bitmap.copy_from(bitmap, begin, to, size);
                    break;
                case 4:
                    known.copy_from(other, begin, to, size);
                    bitmap.copy_from(other_bitmap, begin, to, size);
                    break;
                default:
                    other.mark_unknown(begin, begin + (end - begin) / 8);
                    other_bitmap.mark(begin, begin + (end - begin) / 8, false);
                    break;
            }
            check_equal(known, bitmap);
        }
        known.mark_all_known();
        check_equal(known, Bitmap{});
    }
}
