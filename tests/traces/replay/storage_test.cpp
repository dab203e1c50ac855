// SPDX-License-Identifier: MIT
// What is known of a slot: learned, written, taken back, and shared by accounts that may be one.
#include "traces/replay/storage.hpp"

#include <doctest/doctest.h>

#include <map>
#include <random>
#include <set>
#include <utility>
#include <vector>

using namespace evmmem;
using namespace evmmem::traces;

namespace {

constexpr StorageOwner named{.id = 1, .is_named = true};
constexpr StorageOwner other{.id = 2, .is_named = true};
constexpr StorageOwner nameless{.id = 3};
constexpr StorageOwner created{.id = 4, .is_created = true};

struct Fixture {
    traces::Storage storage;

    traces::Storage::Slot& slot(const StorageOwner& owner, const Word& key = 7,
                                traces::Storage::Kind kind = traces::Storage::Kind::lasting) {
        traces::Storage::Slot* const found = storage.find(owner, key, kind);
        REQUIRE(found != nullptr);
        return *found;
    }
    traces::Storage::Slot& transient(const StorageOwner& owner, const Word& key = 7) {
        return slot(owner, key, traces::Storage::Kind::transient);
    }
    std::optional<Word> current(const StorageOwner& owner, const Word& key = 7) {
        return storage.state(slot(owner, key)).current;
    }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a slot holds what it was loaded with, then what was written") {
    CHECK(!current(named));
    CHECK(storage.state(slot(named)).is_unchanged);
    storage.learn(slot(named), 5, 10);
    CHECK(current(named) == Word{5});
    CHECK(storage.state(slot(named)).original.value == Word{5});
    storage.write(slot(named), Word{6}, 11);
    const SlotState state = storage.state(slot(named));
    CHECK(state.current == Word{6});
    CHECK(state.original.value == Word{5});
    CHECK(!state.is_unchanged);
    CHECK(state.is_written);
    CHECK(state.line == 11);
    CHECK(!current(named, 8));
    CHECK(!current(other));
    storage.write(slot(named), std::nullopt, 12);
    CHECK(!current(named));
    storage.clear();
    CHECK(storage.state(slot(named)).is_unchanged);
}

TEST_CASE_FIXTURE(Fixture,
                  "a rollback takes writes and touches back, and leaves what was learned") {
    storage.write(slot(named), Word{5}, 1);
    const auto outer = storage.mark();
    storage.write(slot(named), Word{6}, 2);
    const auto inner = storage.mark();
    storage.write(slot(named), Word{7}, 3);
    CHECK(storage.touch(slot(named, 9)) == Access::unknown);
    CHECK(storage.touch(slot(named, 9)) == Access::warm);
    storage.prove_cold(slot(named, 9));
    storage.learn(slot(named, 9), 1, 4);
    storage.rollback(inner);
    CHECK(current(named) == Word{6});
    CHECK(current(named, 9) == Word{1});
    CHECK(storage.touch(slot(named, 9)) == Access::cold);
    CHECK(storage.touch(slot(named, 9)) == Access::warm);
    storage.write(slot(named), Word{8}, 5);  // in the same part of the journal as the 6
    storage.rollback(outer);
    CHECK(current(named) == Word{5});
    CHECK(storage.touch(slot(named, 9)) == Access::cold);
}

TEST_CASE_FIXTURE(Fixture, "what may have been taken back is not known, until an outer rollback") {
    storage.write(slot(named), Word{5}, 1);
    const auto outer = storage.mark();
    storage.write(slot(named), Word{6}, 2);
    const auto inner = storage.mark();
    storage.write(slot(named), Word{7}, 3);
    storage.touch(slot(named, 9));
    storage.doubt(inner);
    CHECK(!current(named));
    CHECK(storage.touch(slot(named, 9)) == Access::unknown);
    storage.rollback(outer);
    CHECK(current(named) == Word{5});
}

TEST_CASE_FIXTURE(Fixture, "an account without a known address may be any that was there before") {
    storage.learn(slot(named), 1, 1);
    storage.learn(slot(other), 2, 1);
    storage.learn(slot(nameless), 3, 1);
    storage.write(slot(created), Word{4}, 1);
    storage.write(slot(named), Word{5}, 2);  // which is not `other`
    CHECK(current(named) == Word{5});
    CHECK(current(other) == Word{2});
    CHECK(!current(nameless));
    CHECK(current(created) == Word{4});
    storage.write(slot(nameless), Word{6}, 3);
    CHECK(current(nameless) == Word{6});
    CHECK(!current(named));
    CHECK(!current(other));
    CHECK(current(created) == Word{4});
    CHECK(storage.state(slot(other)).original.value == Word{2});
    storage.learn(slot(other), 2, 4);
    CHECK(current(other) == Word{2});
    storage.name(nameless.id);  // it is none of them
    CHECK(current(named) == Word{5});
    storage.write(slot(named), Word{7}, 5);
    CHECK(current(nameless) == Word{6});
}

TEST_CASE_FIXTURE(Fixture, "a write that may be another account's is taken back for both") {
    storage.learn(slot(named), 1, 1);
    const auto mark = storage.mark();
    storage.write(slot(nameless), Word{6}, 3);
    CHECK(!current(named));
    storage.rollback(mark);
    CHECK(current(named) == Word{1});
    storage.touch(slot(named));
    storage.prove_cold(slot(named));
    storage.rollback(mark);
    CHECK(storage.touch(slot(named)) == Access::unknown);  // it may be warm by the other name
}

TEST_CASE("random stores, loads, calls and reverts leave what a copy of all storage leaves") {
    struct Model {
        std::map<std::pair<std::uint64_t, std::uint64_t>, std::uint64_t> values;
        std::set<std::pair<std::uint64_t, std::uint64_t>> warm;
    };
    std::mt19937_64 random{5};
    traces::Storage storage;
    std::vector<std::pair<traces::Storage::Mark, Model>> frames{{0, {}}};
    for (int i = 0; i < 20'000; ++i) {
        const StorageOwner owner{.id = 1 + random() % 3, .is_named = true};
        const std::uint64_t key = random() % 8;
        const std::pair place{owner.id, key};
        traces::Storage::Slot* const slot =
            storage.find(owner, key, traces::Storage::Kind::lasting);
        REQUIRE(slot != nullptr);
        Model& model = frames.back().second;
        switch (random() % 8) {
            case 0: frames.push_back({storage.mark(), model}); break;
            case 1: {
                if (frames.size() == 1) break;
                const auto [mark, inner] = frames.back();
                frames.pop_back();
                if (random() % 2 == 0)
                    storage.rollback(mark);
                else
                    frames.back().second = inner;
                break;
            }
            case 2:
            case 3:
            case 4:
                storage.write(*slot, Word{random() % 4}, 1);
                model.values[place] = storage.state(*slot).current->limbs[0];
                break;
            default:
                CHECK((storage.touch(*slot) == Access::warm) == !model.warm.insert(place).second);
                break;
        }
        const auto known = frames.back().second.values.find(place);
        const auto current = storage.state(*slot).current;
        CHECK(current.has_value() == (known != frames.back().second.values.end()));
        if (current) CHECK(*current == Word{known->second});
    }
}

TEST_CASE_FIXTURE(Fixture, "transient storage begins with zeros, and is another") {
    CHECK(storage.state(transient(named)).current == Word{0});
    storage.write(transient(named), Word{5}, 1);
    CHECK(storage.state(transient(named)).current == Word{5});
    CHECK(!current(named));
    CHECK(storage.state(transient(other)).current == Word{0});
    storage.write(transient(nameless), Word{6}, 1);
    CHECK(!storage.state(transient(other)).current);
}

TEST_CASE_FIXTURE(Fixture, "an account that was created has zeros") {
    CHECK(current(created) == Word{0});
    CHECK(storage.state(slot(created)).original.value == Word{0});
}

TEST_CASE_FIXTURE(Fixture, "after steps that are missing nothing is known, zeros neither") {
    storage.learn(slot(named), 1, 1);
    storage.touch(slot(named));
    storage.forget();
    CHECK(!current(named));
    CHECK(!storage.state(slot(named)).is_unchanged);
    CHECK(storage.touch(slot(named)) == Access::unknown);
    CHECK(!storage.state(transient(other)).current);
    storage.learn(slot(named), 2, 2);
    CHECK(current(named) == Word{2});
    CHECK(storage.state(slot(named)).original.value == Word{1});
}

TEST_CASE_FIXTURE(Fixture, "a contradiction leaves nothing known") {
    storage.learn(slot(named), 1, 1);
    storage.contradict(slot(named));
    CHECK(!current(named));
    CHECK(!storage.state(slot(named)).original.is_known);
}

TEST_CASE_FIXTURE(Fixture, "beyond its limit nothing is known until the next transaction") {
    for (std::uint64_t key = 0; key < traces::Storage::slots_max; ++key)
        storage.write(slot(named, key), Word{key}, 1);
    CHECK(current(named, 5) == Word{5});
    CHECK(storage.find(named, traces::Storage::slots_max, traces::Storage::Kind::lasting) ==
          nullptr);
    CHECK(storage.find(named, 5, traces::Storage::Kind::lasting) == nullptr);
    CHECK(storage.find({.is_named = true}, 5, traces::Storage::Kind::lasting) == nullptr);
    storage.clear();
    CHECK(storage.find(named, 5, traces::Storage::Kind::lasting) != nullptr);
}

TEST_CASE("a value may be what it is not known not to be") {
    CHECK(PartlyKnown{}.may_be(0));
    CHECK(!PartlyKnown{.is_not_zero = true}.may_be(0));
    CHECK(PartlyKnown{.is_not_zero = true}.may_be(1));
    CHECK(!PartlyKnown{.is_not_value = true, .value = 3}.may_be(3));
    CHECK(PartlyKnown::of(3).may_be(3));
    CHECK(!PartlyKnown::of(3).may_be(0));
}
