// SPDX-License-Identifier: MIT
// Statistics without assumptions. The binomial's values are from its definition; the intervals'
// ranks are those of any table of the sign test (n = 6: extremes at 5 %; n = 16: the 4th of each
// side at 5 %, the 3rd at 1 %) and of the signed-rank test (critical sums at 5 %, both sides: n =
// 6: 0, n = 10: 8, n = 16: 29; at 1 %: n = 16: 19, n = 25: 68).
#include "app/text/statistics.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace evmmem::app;

namespace {

std::vector<double> one_to(int n) {
    std::vector<double> values;
    // Not in order: the functions have to sort.
    for (int i = 0; i < n; ++i)
        values.push_back(1 + (i * 7) % n);
    return values;
}

}  // namespace

TEST_CASE("the median and quartiles are interpolated between samples") {
    CHECK(median(std::vector{3.0}) == 3.0);
    CHECK(median(std::vector{4.0, 1.0}) == 2.5);
    CHECK(spread_of(std::vector{5.0, 1.0, 3.0, 2.0, 4.0}) == Spread{3, 2, 4});
    CHECK(spread_of(std::vector{5.0, 1.0, 3.0, 2.0, 4.0}).relative() == doctest::Approx(2.0 / 3));
    CHECK(quantile(std::vector{1.0, 2.0}, 0.25) == 1.25);
}

TEST_CASE("a ratio is taken pair by pair, so that drift of the machine cancels") {
    CHECK(ratio_spread(std::vector{2.0, 4.0, 8.0}, std::vector{1.0, 2.0, 4.0}) == Spread{2, 2, 2});
}

TEST_CASE("heads of a fair coin are counted as the binomial says") {
    CHECK(fair_binomial_cdf(-1, 10) == 0);
    CHECK(fair_binomial_cdf(0, 10) == doctest::Approx(1.0 / 1024));
    CHECK(fair_binomial_cdf(2, 10) == doctest::Approx(56.0 / 1024));
    CHECK(fair_binomial_cdf(10, 10) == doctest::Approx(1));
    CHECK(fair_binomial_cdf(499, 999) == doctest::Approx(0.5));
}

TEST_CASE("the sign-test interval takes the ranks that its tables give") {
    const auto at = [](int n, double error) { return sign_test_interval(one_to(n), error); };
    CHECK_FALSE(at(5, 0.05).has_value());  // even both extremes miss once in 16
    REQUIRE(at(6, 0.05).has_value());
    CHECK(at(6, 0.05)->low == 1);
    CHECK(at(6, 0.05)->high == 6);
    CHECK(at(16, 0.05)->low == 4);
    CHECK(at(16, 0.05)->high == 13);
    CHECK(at(16, 0.01)->low == 3);
    CHECK(at(128, 0.01)->low == 49);
    CHECK(at(128, 0.01)->high == 80);
}

TEST_CASE("the sign-test interval does not care how far out an outlier is") {
    auto samples = one_to(16);
    samples[3] = 1e9;
    CHECK(sign_test_interval(samples, 0.05)->high < 20);
}

TEST_CASE("the sign-test interval misses the median no oftener than it promises") {
    // Over all 2^12 ways that 12 samples can fall to either side of the true median 0.
    int misses = 0;
    for (unsigned sides = 0; sides < 4096; ++sides) {
        std::vector<double> samples;
        for (unsigned i = 0; i < 12; ++i)
            samples.push_back((sides >> i & 1U) != 0 ? 1.0 + i : -1.0 - i);
        const auto interval = sign_test_interval(samples, 0.05);
        REQUIRE(interval.has_value());
        if (interval->low > 0 || interval->high < 0) ++misses;
    }
    CHECK(misses <= 0.05 * 4096);
    CHECK(misses > 0.02 * 4096);  // nor much more careful than it has to be
}

TEST_CASE("the signed-rank interval takes the middles that its tables give") {
    // Samples 1, 2, 4, 8, ..: no two pairs of them have one middle.
    const auto rank_of_low = [](int n, double error) -> int {
        std::vector<double> samples;
        for (int i = 0; i < n; ++i)
            samples.push_back(std::ldexp(1.0, i));
        const auto interval = signed_rank_interval(samples, error);
        if (!interval) return -1;
        int below = 0;
        for (int i = 0; i < n; ++i)
            for (int j = i; j < n; ++j)
                below +=
                    (samples[static_cast<std::size_t>(i)] + samples[static_cast<std::size_t>(j)]) /
                        2 <
                    interval->low;
        return below;
    };
    CHECK(rank_of_low(5, 0.05) == -1);
    CHECK(rank_of_low(6, 0.05) == 0);
    CHECK(rank_of_low(10, 0.05) == 8);
    CHECK(rank_of_low(16, 0.05) == 29);
    CHECK(rank_of_low(16, 0.01) == 19);
    CHECK(rank_of_low(25, 0.01) == 68);
    CHECK_FALSE(signed_rank_interval({}, 0.05).has_value());
}

TEST_CASE("the signed-rank interval misses the middle no oftener than it promises") {
    // Over all 2^12 ways that 12 samples can fall to either side of the true middle 0.
    int misses = 0;
    for (unsigned sides = 0; sides < 4096; ++sides) {
        std::vector<double> samples;
        for (unsigned i = 0; i < 12; ++i)
            samples.push_back((sides >> i & 1U) != 0 ? 1.0 + i * i : -1.0 - i * i);
        const auto interval = signed_rank_interval(samples, 0.05);
        REQUIRE(interval.has_value());
        if (interval->low > 0 || interval->high < 0) ++misses;
    }
    CHECK(misses <= 0.05 * 4096);
    CHECK(misses > 0.04 * 4096);
}
