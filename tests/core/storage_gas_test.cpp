// SPDX-License-Identifier: MIT
// What SSTORE costs and refunds, against the rules as the EIPs write them, step by step.
#include "core/storage_gas.hpp"

#include <doctest/doctest.h>

#include <initializer_list>

using namespace evmmem;

namespace {

struct Terms {
    std::int64_t cost = 0;  // the slot being warm
    std::int64_t refund = 0;
    bool operator==(const Terms&) const = default;
};

/// Until EIP-1283, and after its removal: what the slot held before the transaction does not matter.
Terms before_net_metering(int current, int value) {
    if (current == 0 && value != 0) return {20'000, 0};
    if (current != 0 && value == 0) return {5000, 15'000};
    return {5000, 0};
}

/// EIP-1283 and EIP-2200, in the words of their specifications.
Terms net_metering(int original, int current, int value, std::int64_t sload, std::int64_t reset,
                   std::int64_t clear) {
    if (current == value) return {sload, 0};
    if (original == current) {
        if (original == 0) return {20'000, 0};
        return {reset, value == 0 ? clear : 0};
    }
    std::int64_t refund = 0;
    if (original != 0) {
        if (current == 0) refund -= clear;
        if (value == 0) refund += clear;
    }
    if (original == value) refund += original == 0 ? 20'000 - sload : reset - sload;
    return {sload, refund};
}

Terms by_the_book(int original, int current, int value, Fork fork) {
    if (fork == Fork::constantinople)
        return net_metering(original, current, value, 200, 5000, 15'000);
    if (fork < Fork::istanbul) return before_net_metering(current, value);
    if (fork == Fork::istanbul) return net_metering(original, current, value, 800, 5000, 15'000);
    if (fork == Fork::berlin) return net_metering(original, current, value, 100, 2900, 15'000);
    return net_metering(original, current, value, 100, 2900, 4800);
}

template <typename Visit>
void for_each_store(Visit visit) {
    for (const int original : {0, 1, 2})
        for (const int current : {0, 1, 2, 3})
            for (const int value : {0, 1, 2, 3})
                visit(original, current, value);
}

Word word(int value) {
    return {static_cast<std::uint64_t>(value)};
}

}  // namespace

TEST_CASE("every store in every fork costs and refunds what the EIPs say") {
    ForkSet::between(first_fork, Fork::osaka).for_each([](Fork fork) {
        for_each_store([fork](int original, int current, int value) {
            CAPTURE(name(fork));
            CAPTURE(original);
            CAPTURE(current);
            CAPTURE(value);
            const SlotChange change = slot_change(word(original), word(current), word(value));
            const auto cost = static_cast<std::int64_t>(store_cost(change, fork, false));
            const std::int64_t refund =
                store_refund(word(original), word(current), word(value), fork);
            CHECK(Terms{cost, refund} == by_the_book(original, current, value, fork));
            CHECK(store_cost(change, fork, true) - store_cost(change, fork, false) ==
                  (fork >= Fork::berlin ? 2100 : 0));
        });
    });
}

TEST_CASE("Amsterdam's stores: EIP-8038") {
    const auto terms = [](int original, int current, int value) {
        const SlotChange change = slot_change(word(original), word(current), word(value));
        return Terms{static_cast<std::int64_t>(store_cost(change, Fork::amsterdam, false)),
                     store_refund(word(original), word(current), word(value), Fork::amsterdam)};
    };
    CHECK(terms(1, 1, 1) == Terms{100, 0});
    CHECK(terms(0, 0, 1) == Terms{10'100, 0});
    CHECK(terms(1, 1, 2) == Terms{10'100, 0});
    CHECK(terms(1, 1, 0) == Terms{10'100, 11'616});
    CHECK(terms(1, 0, 2) == Terms{100, -11'616});
    CHECK(terms(1, 0, 1) == Terms{100, 10'000 - 11'616});
    CHECK(terms(0, 1, 0) == Terms{100, 10'000});
    CHECK(store_cost(SlotChange::none, Fork::amsterdam, true) == 2100);
}

TEST_CASE("a set of changes holds what was added") {
    SlotChanges changes;
    CHECK(!changes.contains(SlotChange::none));
    changes.add(SlotChange::again);
    CHECK(changes.contains(SlotChange::again));
    CHECK(!changes.contains(SlotChange::first));
    for (const SlotChange each :
         {SlotChange::none, SlotChange::created, SlotChange::first, SlotChange::again_from_zero})
        changes.add(each);
    CHECK(changes == SlotChanges::all());
}

TEST_CASE("what a transaction gets back at most, and for a SELFDESTRUCT") {
    CHECK(refund_quotient(Fork::berlin) == 2);
    CHECK(refund_quotient(Fork::london) == 5);
    CHECK(refund_terms(Fork::berlin).selfdestruct == 24'000);
    CHECK(refund_terms(Fork::london).selfdestruct == 0);
}
