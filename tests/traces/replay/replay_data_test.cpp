// SPDX-License-Identifier: MIT
// What the replay remembers of a transaction besides memory: bytes from outside, what precompiles
// return, what was touched, what was deployed.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <set>

#include "traces/dialects/dialect.hpp"
#include "traces/hashes.hpp"
#include "traces/no_findings.hpp"
#include "traces/replay/access_list.hpp"
#include "traces/replay/deployed_codes.hpp"
#include "traces/replay/known_data.hpp"
#include "traces/replay/precompiles.hpp"
#include "traces/replay/replay_state.hpp"
#include "traces/replay/word_hash.hpp"
#include "traces/replay/work_budget.hpp"

using namespace evmmem;
using namespace evmmem::traces;

namespace {

using Bytes = std::vector<std::uint8_t>;

KnownData data_from(const Bytes& bytes) {
    KnownData data;
    data.assign(bytes);
    return data;
}

}  // namespace

// ---- KnownData ----------------------------------------------------------------------------------

TEST_CASE("data of which nothing is known has no size and no word") {
    KnownData data;
    data.forget();
    CHECK_FALSE(data.size());
    CHECK_FALSE(data.is_whole());
    CHECK_FALSE(data.word_at(0));
    CHECK(data.is_known(5, 0));
}

TEST_CASE("beyond the end of data are zeros") {
    const KnownData data = data_from({1, 2, 3});
    CHECK(data.is_whole());
    Bytes32 word{};
    word[0] = 2;
    word[1] = 3;
    CHECK(data.word_at(1) == word);
    CHECK(data.word_at(3) == Bytes32{});
    CHECK(data.word_at(Word::max()) == Bytes32{});
    CHECK(data.is_known(2, ~std::uint64_t{0}));
}

TEST_CASE("what is learned piece by piece is known piece by piece") {
    KnownData data;
    data.forget();
    data.learn(4, Bytes(32, 7));
    CHECK(data.is_known(4, 32));
    CHECK_FALSE(data.is_known(3, 2));
    CHECK_FALSE(data.is_known(35, 2));
    data.learn_size(20);
    CHECK(data.size() == 20);
    CHECK(data.is_known(4, 100));
    CHECK_FALSE(data.is_whole());
    data.learn(0, Bytes(32, 9));  // what lies beyond the end is no data
    CHECK(data.is_whole());
    CHECK(data.bytes().size() == 20);
}

TEST_CASE("a size or an offset that no gas could pay for takes no memory") {
    KnownData data;
    data.forget();
    data.learn_size(~std::uint64_t{0});
    data.learn(std::uint64_t{1} << 40, Bytes(32, 1));
    data.learn(~std::uint64_t{0}, Bytes(32, 1));
    CHECK(data.bytes().empty());
    CHECK_FALSE(data.is_known(0, 1));
    CHECK_FALSE(data.word_at(std::uint64_t{1} << 40));
}

TEST_CASE("data copied to memory takes along what is known of it") {
    Memory memory;
    REQUIRE(memory.resize(96));
    memory.set_unsafe(0, Bytes(96, 0xee));
    KnownBytes known;
    KnownData data;
    data.forget();
    data.learn(2, Bytes{5, 6});
    data.learn_size(6);
    data.write_to(memory, known, 32, 1, 10);
    CHECK_FALSE(known.is_known(32, 33));  // data[1]
    CHECK(known.is_known(33, 35));        // data[2], data[3]
    CHECK(known.unknown_in(35, 37) == 2);
    CHECK(known.is_known(37, 42));  // zeros after the end
    CHECK(*memory.get_byte(33) == 5);
    CHECK(*memory.get_byte(41) == 0);
    CHECK(*memory.get_byte(42) == 0xee);
}

TEST_CASE("of a range that memory does not hold only the size is known") {
    Memory memory;
    REQUIRE(memory.resize(32));
    KnownData data;
    data.assign(memory, {}, *MemoryRange::from(16, 100));
    CHECK(data.size() == 100);
    CHECK_FALSE(data.is_known(0, 1));
}

TEST_CASE("of a huge range the first part is copied, and the rest is unknown") {
    Memory memory;
    const std::uint64_t size = std::uint64_t{17} << 20;
    REQUIRE(memory.resize(size));
    KnownData data;
    data.assign(memory, {}, *MemoryRange::from(0, size));
    CHECK(data.size() == size);
    CHECK(data.bytes().size() < size);
    CHECK(data.is_known(0, std::uint64_t{1} << 20));
    CHECK_FALSE(data.is_known(size - 1, 1));
    CHECK_FALSE(data.is_whole());
}

TEST_CASE("data may be a view of a caller's memory, until a byte of it is revealed") {
    Memory memory;
    REQUIRE(memory.resize(96));
    const Bytes bytes{1, 2, 3, 4};
    memory.set_unsafe(32, bytes);
    KnownBytes known;
    known.mark_unknown(34, 35);
    KnownData data;
    data.view(memory, known, *MemoryRange::from(std::uint64_t{32}, std::uint64_t{40}));
    REQUIRE(memory.enter_frame());
    REQUIRE(memory.resize(64));
    CHECK(data.size() == 40);
    CHECK(data.held_bytes() == 0);
    CHECK(data.bytes()[3] == 4);
    CHECK_FALSE(data.word_at(0));
    CHECK(data.word_at(3)->front() == 4);
    CHECK(data.word_at(39)->back() == 0);
    KnownBytes copied;
    data.write_to(memory, copied, 8, 1, 45);
    CHECK(memory.get_slice(8, 3)->back() == 4);
    CHECK(copied.unknown_in(0, 64) == 1);
    CHECK_FALSE(copied.is_known(9, 10));
    data.learn(2, Bytes{9});
    CHECK(data.held_bytes() == 40);
    CHECK(data.word_at(0)->at(2) == 9);
    CHECK(data.is_whole());
    // Beyond what memory holds nothing is known but the size.
    data.view(memory, known, *MemoryRange::from(std::uint64_t{32}, std::uint64_t{64}));
    CHECK(data.size() == 64);
    CHECK_FALSE(data.is_known(0, 1));
}

TEST_CASE("the hash of a word is one process's own: no file can be made of words that collide") {
    const WordHash one{1, 3}, other{0x1234567, 0x9e3779b97f4a7c15};
    std::vector<Word> chosen;  // that fall into one of 1024 buckets
    for (std::uint64_t i = 0; chosen.size() < 200; ++i)
        if (one(Word{i * 0x9e3779b9}) % 1024 == 0) chosen.push_back(Word{i * 0x9e3779b9});
    std::array<int, 1024> counts{}, own{};
    const WordHash process;
    for (const Word& word : chosen) {
        ++counts[other(word) % 1024];
        ++own[process(word) % 1024];
    }
    CHECK(*std::ranges::max_element(counts) < 10);
    CHECK(*std::ranges::max_element(own) < 10);
    CHECK(process(Word{7}) == WordHash{}(Word{7}));
    CHECK(process(Word{7}, 1) != process(Word{7}, 2));
}

TEST_CASE("work is allowed up to a limit, and by the step; what would suffice is said") {
    WorkBudget budget{1000};
    CHECK(budget.take(900, 0, 1));
    CHECK_FALSE(budget.limit());
    CHECK_FALSE(budget.take(200, 0, 2));
    CHECK(budget.take(100, 0, 3));
    CHECK(budget.take(256, 1, 4));
    CHECK_FALSE(budget.take(700, 1, 5));
    REQUIRE(budget.limit());
    CHECK(budget.limit()->line == 2);
    CHECK(budget.limit()->times == 2);
    CHECK(budget.limit()->suffices == 900 + 200 + 100 + 700);
    WorkBudget enough{budget.limit()->suffices};
    CHECK(enough.take(900, 0, 1));
    CHECK(enough.take(200, 0, 2));
    CHECK(enough.take(100, 0, 3));
    CHECK(enough.take(256, 1, 4));
    CHECK(enough.take(700, 1, 5));
    CHECK_FALSE(enough.take(~std::uint64_t{0}, 1, 6));
    CHECK_FALSE(enough.take(~std::uint64_t{0}, 1, 6));
}

// ---- AccessList ---------------------------------------------------------------------------------

TEST_CASE("an address is its low 160 bits") {
    AccessList list;
    CHECK(list.touch_address(7) == Access::unknown);
    CHECK(list.touch_address({~std::uint64_t{0}, std::uint64_t{1} << 32, 0, 7}) == Access::warm);
    list.clear();
    CHECK(list.touch_address(7) == Access::unknown);
}

TEST_CASE("what was proven cold is cold again when the touch is taken back") {
    AccessList list;
    list.touch_address(7);
    list.prove_cold_address(7);
    CHECK(list.touch_address(7) == Access::warm);
    list.rollback(0);
    CHECK(list.touch_address(7) == Access::cold);
    list.rollback(0);
    list.forget_cold_addresses();
    CHECK(list.touch_address(7) == Access::unknown);
    list.rollback(0);
    list.prove_cold_address(7);
    list.clear();
    CHECK(list.touch_address(7) == Access::unknown);
}

TEST_CASE("random touches and rollbacks leave what a list of sets leaves") {
    std::mt19937_64 random{3};
    AccessList list;
    std::vector<std::pair<AccessList::Mark, std::set<std::uint64_t>>> frames{{0, {}}};
    for (int i = 0; i < 20'000; ++i) {
        const std::uint64_t key = random() % 120;
        switch (random() % 8) {
            case 0: frames.push_back({list.mark(), frames.back().second}); break;
            case 1:
                if (frames.size() == 1) break;
                if (random() % 2 == 0) {
                    list.rollback(frames.back().first);
                    frames.pop_back();
                } else {
                    const auto kept = frames.back().second;
                    frames.pop_back();
                    frames.back().second = kept;
                }
                break;
            default: {
                const bool was_there = !frames.back().second.insert(key).second;
                const Access access = list.touch_address(key);
                REQUIRE((access == Access::warm) == was_there);
            }
        }
    }
}

// ---- DeployedCodes ------------------------------------------------------------------------------

TEST_CASE("deployed code is found until it is rolled back") {
    DeployedCodes codes;
    codes.add(1, data_from({1}));
    const auto mark = codes.mark();
    codes.add(2, data_from({2, 2}));
    codes.add(1, data_from({9}));  // the first one stays
    REQUIRE(codes.find(2));
    CHECK(codes.find(2)->size() == 2);
    codes.rollback(mark);
    CHECK(codes.find(2) == nullptr);
    REQUIRE(codes.find(1));
    CHECK(codes.find(1)->bytes()[0] == 1);
    codes.clear();
    CHECK(codes.find(1) == nullptr);
}

TEST_CASE("no more code is remembered than the limit allows") {
    DeployedCodes codes;
    const KnownData large = data_from(Bytes(DeployedCodes::bytes_max / 4, 1));
    for (std::uint64_t i = 0; i < 6; ++i)
        codes.add(i, large);
    CHECK(codes.find(3) != nullptr);
    CHECK(codes.find(4) == nullptr);
    codes.rollback(1);
    codes.add(5, large);
    CHECK(codes.find(5) != nullptr);
}
