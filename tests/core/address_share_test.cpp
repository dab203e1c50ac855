// SPDX-License-Identifier: MIT
#include "core/address_share.hpp"

#include <doctest/doctest.h>

namespace evmmem::tests {

constexpr std::uint64_t mib = std::uint64_t{1} << 20;
constexpr std::uint64_t gib = std::uint64_t{1} << 30;

TEST_CASE("a region takes a sixteenth of the addresses that are left, as a power of two") {
    CHECK(address_share(std::uint64_t{1} << 47, 0) == 4 * gib);
    CHECK(address_share(64 * gib, 0) == 4 * gib);
    CHECK(address_share(64 * gib - 1, 0) == 2 * gib);
    CHECK(address_share(8 * gib, 0) == 512 * mib);
    CHECK(address_share(64 * mib, 0) == 4 * mib);
    CHECK(address_share(64 * mib - 1, 0) == 0);
    CHECK(address_share(0, 0) == 0);
}

TEST_CASE("regions stop when they have a quarter, however many are asked for") {
    for (const std::uint64_t all : {gib, 8 * gib, 100 * gib, std::uint64_t{1} << 39}) {
        CAPTURE(all);
        std::uint64_t reserved = 0;
        std::uint64_t last = region_bytes_max;
        int count = 0;
        while (const std::uint64_t share = address_share(all - reserved, reserved)) {
            CHECK(share <= last);
            CHECK(share >= region_bytes_min);
            reserved += last = share;
            ++count;
        }
        CHECK(count >= 10);
        CHECK(reserved <= all / 4);
        CHECK(reserved > all / 4 - 5 * region_bytes_min);
    }
}

TEST_CASE("regions take less where the host program takes more") {
    CHECK(address_share(1 * gib, 2 * gib) == 0);
    CHECK(address_share(40 * mib, 30 * mib) == 0);
    CHECK(address_share(~std::uint64_t{0}, ~std::uint64_t{0}) == 0);
}

TEST_CASE("this process has a share now") {
    CHECK(address_share_now() >= region_bytes_min);
}

}  // namespace evmmem::tests
