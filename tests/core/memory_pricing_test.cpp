// SPDX-License-Identifier: MIT
// What memory costs under rules that are not mainnet's, against models that are slow and follow the words of
// the EIPs: https://eips.ethereum.org/EIPS/eip-7923, https://eips.ethereum.org/EIPS/eip-7686.
#include "core/memory_pricing.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <set>
#include <string_view>
#include <vector>

#include "core/memory_cost.hpp"

using namespace evmmem;

namespace {

Rules preset(std::string_view name) {
    Rules rules = fork_rules[static_cast<std::size_t>(Fork::osaka)];
    for (const MemoryPreset& each : memory_presets())
        if (each.name == name) each.apply(rules);
    return rules;
}

MemoryEffect reading(std::uint64_t offset, std::uint64_t size) {
    return {.reads = *MemoryRange::from(offset, size), .writes = {}};
}
MemoryEffect both(std::uint64_t from, std::uint64_t to, std::uint64_t size) {
    return {.reads = *MemoryRange::from(from, size), .writes = *MemoryRange::from(to, size)};
}

/// EIP-7923 as it is written: all that a call has touched, page by page, oldest first.
struct PagesOfACall {
    std::vector<std::uint64_t> touched;

    bool is_new(std::uint64_t page) const {
        return std::ranges::find(touched, page) == touched.end();
    }
    bool is_among_the_last_512(std::uint64_t page) const {
        std::set<std::uint64_t> last;
        for (auto each = touched.rbegin(); each != touched.rend() && last.size() < 512; ++each)
            last.insert(*each);
        return last.contains(page);
    }
    std::uint64_t touch(MemoryRange range) {
        std::uint64_t gas = 0;
        for (std::uint64_t at = range.offset(); at < range.end(); at = (at / 4096 + 1) * 4096) {
            const std::uint64_t page = at / 4096;
            if (is_new(page)) gas += 100;
            if (!is_among_the_last_512(page)) gas += 6;
            touched.push_back(page);
        }
        return gas;
    }
};

}  // namespace

TEST_CASE("mainnet's memory costs what it does everywhere else") {
    const Rules rules = preset("mainnet");
    CHECK(rules == fork_rules[static_cast<std::size_t>(Fork::osaka)]);
    for (const std::uint64_t words :
         {0ULL, 1ULL, 23ULL, 724ULL, 32768ULL, 97184015231ULL, 97184015232ULL, ~0ULL})
        CHECK(memory_cost(words, rules) == memory_cost(words));
    MemoryPricing pricing{rules};
    pricing.begin();
    pricing.enter(1'000'000);
    CHECK(pricing.touch(reading(0, 1)).gas == 3);
    CHECK(pricing.touch(reading(31, 1)).gas == 0);
    CHECK(pricing.touch(reading(1000, 24)).gas == 98 - 3);
    CHECK(pricing.touch(reading(0, 0)).gas == 0);
    CHECK(pricing.size() == 1024);
    CHECK(pricing.touch({{}, {}, true}).halt == MemoryHalt::too_expensive);
    CHECK(pricing.touch(reading(0, std::uint64_t{1} << 50)).halt == MemoryHalt::too_expensive);
    CHECK(pricing.size() == 1024);
}

TEST_CASE("a call's memory costs anew, and its caller's goes on as it was") {
    const Rules rules = preset("mainnet");
    MemoryPricing pricing{rules};
    pricing.begin();
    pricing.enter(0);
    CHECK(pricing.touch(reading(0, 32)).gas == 3);
    pricing.enter(0);
    CHECK(pricing.size() == 0);
    CHECK(pricing.touch(reading(0, 32)).gas == 3);
    pricing.leave();
    CHECK(pricing.touch(reading(0, 64)).gas == 3);
}

TEST_CASE(
    "EIP-7923: a page costs 106 when it is first touched, and nothing while it is among the last "
    "512") {
    const Rules rules = preset("eip-7923");
    MemoryPricing pricing{rules};
    pricing.begin();
    pricing.enter(0);
    CHECK(pricing.touch(reading(0, 32)).gas == 106);
    CHECK(pricing.touch(reading(0, 32)).gas == 0);
    // Up to its last byte, the page is one: the EIP's reference code would count the next.
    CHECK(pricing.touch(reading(0, 4096)).gas == 0);
    CHECK(pricing.touch(reading(4095, 2)).gas == 106);
    CHECK(pricing.pages() == 2);
    CHECK(pricing.touch(reading(4096 * 10, 4096 * 510)).gas == 510 * 106);
    CHECK(pricing.touch(reading(0, 1)).gas == 0);  // among the last 512, the oldest of them
    CHECK(pricing.touch(reading(4096 * 1000, 1)).gas == 106);
    CHECK(pricing.touch(reading(0, 1)).gas == 0);     // the touch before has made it the last
    CHECK(pricing.touch(reading(4096, 1)).gas == 6);  // not among them any more
    CHECK(pricing.size() == 4096 * 1000 + 32);
}

TEST_CASE(
    "EIP-7923: memory ends at 4 GiB, and a transaction has 64 MiB of pages, those of calls that "
    "are over too") {
    const Rules rules = preset("eip-7923");
    MemoryPricing pricing{rules};
    pricing.begin();
    pricing.enter(0);
    constexpr std::uint64_t end = std::uint64_t{1} << 32;
    CHECK(pricing.touch(reading(end - 1, 1)).halt == MemoryHalt::none);
    CHECK(pricing.touch(reading(end - 1, 2)).halt == MemoryHalt::beyond_addresses);
    CHECK(pricing.touch(reading(0, 4096 * 16'382)).gas == 16'382 * 106);
    pricing.enter(0);
    CHECK(pricing.touch(both(0, 4096, 1)).halt == MemoryHalt::beyond_transaction);
    CHECK(pricing.size() == 0);
    CHECK(pricing.touch(both(0, 1, 1)).gas == 106);  // one page, though two ranges touch it
    pricing.leave();
    pricing.enter(0);
    CHECK(pricing.touch(reading(0, 1)).halt == MemoryHalt::beyond_transaction);
    pricing.begin();
    pricing.enter(0);
    CHECK(pricing.touch(reading(0, 1)).gas == 106);
}

TEST_CASE("EIP-7923: random calls cost what the EIP's words say") {
    const Rules rules = preset("eip-7923");
    for (unsigned seed = 0; seed < 6; ++seed) {
        CAPTURE(seed);
        std::mt19937 random{seed};
        MemoryPricing pricing{rules};
        pricing.begin();
        pricing.enter(0);
        std::vector<PagesOfACall> calls{1};
        for (int step = 0; step < 250; ++step) {
            CAPTURE(step);
            const auto pick = [&](std::uint64_t below) { return random() % below; };
            if (pick(40) == 0) {
                pricing.enter(0);
                calls.emplace_back();
            } else if (pick(40) == 0 && calls.size() > 1) {
                pricing.leave();
                calls.pop_back();
            }
            const std::uint64_t pages = seed % 2 == 0 ? 700 : 12;
            const MemoryEffect effect = both(pick(pages * 4096), pick(pages * 4096),
                                             pick(8) == 0 ? pick(4096 * pages) : pick(70));
            const std::uint64_t expected =
                calls.back().touch(effect.reads) + calls.back().touch(effect.writes);
            const auto touched = pricing.touch(effect);
            if (touched.halt == MemoryHalt::beyond_transaction) break;
            REQUIRE(touched.halt == MemoryHalt::none);
            REQUIRE(touched.gas == expected);
        }
    }
}

TEST_CASE("EIP-7686: 3 gas a word, and no more bytes than the call began with gas") {
    const Rules rules = preset("eip-7686");
    MemoryPricing pricing{rules};
    pricing.begin();
    pricing.enter(1'000'000);
    CHECK(pricing.touch(reading(0, 32 * 10'000)).gas == 30'000);
    CHECK(pricing.touch(reading(0, 1'000'000)).gas == 3 * 31'250 - 30'000);
    CHECK(pricing.touch(reading(0, 1'000'001)).halt == MemoryHalt::beyond_gas);
    CHECK(pricing.size() == 1'000'000);
    pricing.enter(63);
    CHECK(pricing.touch(reading(0, 32)).gas == 3);
    CHECK(pricing.touch(reading(0, 33)).halt == MemoryHalt::beyond_gas);
    CHECK(pricing.touch(reading(0, 32)).halt == MemoryHalt::none);
}

TEST_CASE("Monad's memory: half a gas a word, and 8 MiB in all open calls") {
    const Rules rules = preset("monad");
    MemoryPricing pricing{rules};
    pricing.begin();
    pricing.enter(0);
    CHECK(pricing.touch(reading(0, 32)).gas == 0);
    CHECK(pricing.touch(reading(0, 64)).gas == 1);
    CHECK(pricing.touch(reading(0, 96)).gas == 0);  // the difference of whole totals
    constexpr std::uint64_t mib = std::uint64_t{1} << 20;
    CHECK(pricing.touch(reading(0, 8 * mib)).gas == 131'072 - 1);
    CHECK(pricing.touch(reading(8 * mib, 1)).halt == MemoryHalt::beyond_transaction);
    pricing.enter(0);
    CHECK(pricing.touch(reading(0, 1)).halt == MemoryHalt::beyond_transaction);
    pricing.leave();
    pricing.begin();
    pricing.enter(0);
    CHECK(pricing.touch(reading(0, 5 * mib)).halt == MemoryHalt::none);
    pricing.enter(0);
    CHECK(pricing.touch(reading(0, 3 * mib)).halt == MemoryHalt::none);
    CHECK(pricing.touch(reading(3 * mib, 1)).halt == MemoryHalt::beyond_transaction);
    pricing.leave();
    pricing.enter(0);
    CHECK(pricing.touch(reading(0, 3 * mib)).halt == MemoryHalt::none);
}

TEST_CASE("a limit of each call's memory") {
    Rules rules = preset("mainnet");
    rules.set(Rule::memory_frame_bytes_max, 64);
    MemoryPricing pricing{rules};
    pricing.begin();
    pricing.enter(0);
    CHECK(pricing.touch(reading(0, 64)).gas == 6);
    CHECK(pricing.touch(reading(64, 1)).halt == MemoryHalt::beyond_frame);
    pricing.enter(0);
    CHECK(pricing.touch(reading(0, 64)).gas == 6);
}

TEST_CASE("models and halts have names") {
    for (int i = 0; i < memory_model_count; ++i)
        CHECK_FALSE(name(static_cast<MemoryModel>(i)).empty());
    for (const MemoryHalt halt :
         {MemoryHalt::too_expensive, MemoryHalt::beyond_addresses, MemoryHalt::beyond_frame,
          MemoryHalt::beyond_transaction, MemoryHalt::beyond_gas})
        CHECK_FALSE(describe(halt).empty());
}

TEST_CASE("rules for memory that contradict themselves, or have no bounds, are named") {
    for (const MemoryPreset& each : memory_presets()) {
        CAPTURE(each.name);
        CHECK(contradiction(preset(each.name)).empty());
    }
    const auto wrong = [](std::string_view name, Rule rule, std::uint64_t number) {
        Rules rules = preset(name);
        rules.set(rule, number);
        return contradiction(rules);
    };
    CHECK(wrong("mainnet", Rule::memory_words_paid, 0) == "memory.words_paid is 0");
    CHECK(wrong("mainnet", Rule::memory_quadratic_divisor, 0) == "memory.quadratic_divisor is 0");
    CHECK(wrong("monad", Rule::memory_quadratic_divisor, 0).empty());
    CHECK(wrong("eip-7923", Rule::memory_page_bytes, 0) ==
          "paged memory needs a memory.page_bytes");
    CHECK(wrong("eip-7923", Rule::memory_page_bytes, 64).empty());
    CHECK_FALSE(wrong("eip-7923", Rule::memory_page_bytes, 63).empty());
    CHECK_FALSE(wrong("eip-7923", Rule::memory_transaction_bytes_max, no_number).empty());
    CHECK(wrong("eip-7923", Rule::memory_transaction_bytes_max, 0).empty());
    CHECK_FALSE(wrong("mainnet", Rule::memory_word_gas, no_number).empty());
}
