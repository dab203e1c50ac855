// SPDX-License-Identifier: MIT
#include "app/commands/ordered_jobs.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <stdexcept>
#include <vector>

using evmmem::app::run_in_order;

namespace {

/// The numbers from 0 to count - 1, one after the other.
auto numbers(std::size_t count) {
    return [count, next = std::size_t{0}]() mutable {
        return next < count ? std::optional{next++} : std::nullopt;
    };
}

}  // namespace

TEST_CASE("results of any number of jobs come in order, each once") {
    for (const std::size_t jobs : {1, 2, 3, 8}) {
        for (const std::size_t count : {0, 1, 2, 7, 500}) {
            std::vector<std::size_t> delivered;
            run_in_order(
                numbers(count), jobs,
                [](std::size_t i) {
                    volatile std::size_t sum = 0;  // the earlier ones take longer
                    for (std::size_t n = 0; n < 2000 / (i + 1); ++n)
                        sum = sum + n;
                    return i * i;
                },
                [&](std::size_t result) {
                    delivered.push_back(result);
                    return true;
                });
            REQUIRE(delivered.size() == count);
            for (std::size_t i = 0; i < count; ++i)
                CHECK(delivered[i] == i * i);
        }
    }
}

TEST_CASE("no more work is begun than a few results ahead of the one whose turn it is") {
    constexpr std::size_t jobs = 2;
    std::atomic<std::size_t> begun = 0;
    std::size_t delivered = 0;
    std::size_t ahead_max = 0;
    run_in_order(
        numbers(1000), jobs,
        [&](std::size_t i) {
            ++begun;
            return i;
        },
        [&](std::size_t) {
            ahead_max = std::max(ahead_max, begun - delivered);
            ++delivered;
            return true;
        });
    CHECK(ahead_max <= 16 * jobs + 1);
}

TEST_CASE("when no more results are wanted, no more work is begun") {
    for (const std::size_t jobs : {1, 4}) {
        std::atomic<std::size_t> begun = 0;
        std::size_t delivered = 0;
        run_in_order(
            numbers(10'000), jobs,
            [&](std::size_t i) {
                ++begun;
                return i;
            },
            [&](std::size_t) { return ++delivered < 3; });
        CHECK(delivered == 3);
        CHECK(begun <= 3 + 16 * jobs);
    }
}

TEST_CASE("what a piece of work throws is thrown in its turn") {
    for (const std::size_t jobs : {1, 4}) {
        std::size_t delivered = 0;
        const auto run = [&] {
            run_in_order(
                numbers(100), jobs,
                [](std::size_t i) {
                    if (i == 5) throw std::runtime_error{"five"};
                    return i;
                },
                [&](std::size_t) {
                    ++delivered;
                    return true;
                });
        };
        CHECK_THROWS_AS(run(), std::runtime_error);
        CHECK(delivered == 5);
    }
}

TEST_CASE("pieces of work are asked for by one thread at a time, and none after the last") {
    std::atomic<int> asking = 0;
    std::size_t asked = 0, delivered = 0;
    run_in_order(
        [&]() -> std::optional<std::size_t> {
            CHECK(++asking == 1);
            const std::size_t number = asked++;
            --asking;
            return number < 300 ? std::optional{number} : std::nullopt;
        },
        4, [](std::size_t i) { return i; },
        [&](std::size_t result) {
            CHECK(result == delivered++);
            return true;
        });
    CHECK(asked == 301);
    CHECK(delivered == 300);
}

TEST_CASE("when there is nothing to do, nothing is done") {
    for (const std::size_t jobs : {1, 4})
        run_in_order(
            numbers(0), jobs, [](std::size_t i) { return i; },
            [](std::size_t) {
                FAIL("there is no result");
                return true;
            });
}

TEST_CASE("what asking for work throws is thrown") {
    for (const std::size_t jobs : {1, 4}) {
        const auto run = [&] {
            run_in_order([]() -> std::optional<int> { throw std::runtime_error{"none"}; }, jobs,
                         [](int i) { return i; }, [](int) { return true; });
        };
        CHECK_THROWS_AS(run(), std::runtime_error);
    }
}
