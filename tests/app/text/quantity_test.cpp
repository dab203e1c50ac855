// SPDX-License-Identifier: MIT
#include "app/text/quantity.hpp"

#include <doctest/doctest.h>

#include <cstdint>

using namespace evmmem::app;

TEST_CASE("a comma stands before every three digits") {
    CHECK(grouped(0) == "0");
    CHECK(grouped(999) == "999");
    CHECK(grouped(1000) == "1,000");
    CHECK(grouped(UINT64_MAX) == "18,446,744,073,709,551,615");
}

TEST_CASE("one is singular") {
    CHECK(counted(0, "step") == "0 steps");
    CHECK(counted(1, "step") == "1 step");
    CHECK(counted(1234, "step") == "1,234 steps");
}

TEST_CASE("a scaled number has three digits on both sides of each prefix") {
    CHECK(scaled(0, "B/s") == "0.00 B/s");
    CHECK(scaled(9.994, "B") == "9.99 B");
    CHECK(scaled(9.996, "B") == "10.0 B");
    CHECK(scaled(999.4, "B") == "999 B");
    CHECK(scaled(999.6, "B") == "1.00 kB");
    CHECK(scaled(1.234e9, "B/s") == "1.23 GB/s");
    CHECK(scaled(1e18, "B") == "1000 PB");
}

TEST_CASE("a duration takes the unit in which it is at least one") {
    CHECK(duration(4) == "4.00 s");
    CHECK(duration(0.0351) == "35.1 ms");
    CHECK(duration(1.2e-6) == "1.20 us");
    CHECK(duration(2e-9) == "2.00 ns");
}

TEST_CASE("sizes are named exactly") {
    CHECK(size_name(65536) == "64K");
    CHECK(size_name(3U << 20) == "3M");
    CHECK(size_name(1000) == "1000");
    CHECK(size_name(0) == "0");
}
