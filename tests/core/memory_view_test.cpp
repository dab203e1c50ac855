// SPDX-License-Identifier: MIT
// Operations that take bytes may be given the memory's own, also where they make it move or end the
// frame that the bytes are of. memory_handover_test.cpp has the same for a region that gets too
// small.
#include "memory_stores.hpp"

namespace evmmem::tests {
namespace {

/// Beyond what doubling storage begins with, so that it moves.
constexpr std::uint64_t beyond = 1 << 20;

}  // namespace

TEST_CASE_TEMPLATE("set_data writes what its data were before memory grew and moved", Store,
                   RegionStore, DoublingStore) {
    Memory memory = Store::make();
    const auto bytes = counting_bytes(300);
    REQUIRE(memory.set_data(0, bytes));
    SUBCASE("a view of the frame") {
        REQUIRE(memory.set_data(beyond, *memory.get_slice(0, 300)));
    }
    SUBCASE("a view of its parent") {
        REQUIRE(memory.enter_frame());
        REQUIRE(memory.set_byte(7, 7));
        REQUIRE(memory.set_data(beyond, *memory.frame_slice(0, 0, 300)));
        CHECK(memory.get_byte(7) == 7);
        CHECK(bytes_of(*memory.frame_slice(0, 0, 300)) == bytes);
    }
    SUBCASE("a view of an outer frame, empty ones after it") {
        REQUIRE(memory.enter_frame());
        REQUIRE(memory.enter_frame());
        REQUIRE(memory.enter_frame());
        REQUIRE(memory.set_data(beyond, *memory.frame_slice(0, 0, 300)));
    }
    CHECK(bytes_at(memory, beyond, 300) == bytes);
    CHECK(all_zero(bytes_at(memory, beyond - 300, 300)));
}

TEST_CASE_TEMPLATE("set_data_bounded does, too, and its zeros may cover its data", Store,
                   RegionStore, DoublingStore) {
    Memory memory = Store::make();
    const auto bytes = counting_bytes(320);
    REQUIRE(memory.set_data(0, bytes));
    SUBCASE("far away") {
        REQUIRE(memory.set_data_bounded(beyond, *memory.get_slice(10, 50), 20, 100));
        CHECK(bytes_at(memory, beyond, 30) == bytes_of(std::span{bytes}.subspan(30, 30)));
        CHECK(all_zero(bytes_at(memory, beyond + 30, 70)));
    }
    SUBCASE("over itself") {
        REQUIRE(memory.set_data_bounded(5, *memory.get_slice(0, 40), 10, beyond));
        CHECK(bytes_at(memory, 0, 5) == bytes_of(std::span{bytes}.first(5)));
        CHECK(bytes_at(memory, 5, 30) == bytes_of(std::span{bytes}.subspan(10, 30)));
        CHECK(all_zero(bytes_at(memory, 35, beyond - 30)));
    }
}

TEST_CASE_TEMPLATE("set_word takes a word that lies in the memory", Store, RegionStore,
                   DoublingStore) {
    Memory memory = Store::make();
    const auto bytes = counting_bytes(96);
    REQUIRE(memory.set_data(0, bytes));
    const auto word_at = [&](std::uint64_t offset) -> const Bytes32& {
        return *reinterpret_cast<const Bytes32*>(memory.get_ptr_unsafe(offset, 32));
    };
    SUBCASE("and moves") {
        REQUIRE(memory.set_word(beyond, word_at(3)));
        CHECK(bytes_at(memory, beyond, 32) == bytes_of(std::span{bytes}.subspan(3, 32)));
    }
    SUBCASE("and overlaps") {
        for (const std::uint64_t at : {1, 8, 15, 16, 31}) {
            REQUIRE(memory.set_data(0, bytes));
            REQUIRE(memory.set_word(at, word_at(0)));
            CHECK(bytes_at(memory, at, 32) == bytes_of(std::span{bytes}.first(32)));
            REQUIRE(memory.set_data(0, bytes));
            REQUIRE(memory.set_word(0, word_at(at)));
            CHECK(bytes_at(memory, 0, 32) == bytes_of(std::span{bytes}.subspan(at, 32)));
        }
    }
}

TEST_CASE_TEMPLATE("restore takes a view of any frame of the memory", Store, RegionStore,
                   DoublingStore) {
    Memory memory = Store::make();
    const auto parent = counting_bytes(8000, 3);
    REQUIRE(memory.set_data(0, parent));
    REQUIRE(memory.enter_frame());
    for (const std::uint64_t size : {320, 4096, 6400, 40'000}) {
        CAPTURE(size);
        const auto bytes = counting_bytes(size);
        REQUIRE(memory.set_data(0, bytes));
        // Of the whole frame.
        REQUIRE(memory.restore(*memory.get_slice(0, size)));
        CHECK(bytes_at(memory, 0, size) == bytes);
        // Of the frame, which shrinks to it.
        for (const std::uint64_t from : {0, 1, 64})
            for (const std::uint64_t len : {32, 160, 224}) {
                REQUIRE(memory.restore(bytes));
                REQUIRE(memory.restore(*memory.get_slice(from, len)));
                CHECK(memory.size() == len);
                CHECK(bytes_at(memory, 0, len) == bytes_of(std::span{bytes}.subspan(from, len)));
                REQUIRE(memory.resize(size));
                CHECK(all_zero(bytes_at(memory, len, size - len)));
            }
        // Of its parent: the frame shrinks or grows.
        for (const std::uint64_t len : {64, 6400, 7968}) {
            REQUIRE(memory.restore(*memory.frame_slice(0, 9, len)));
            CHECK(bytes_at(memory, 0, len) == bytes_of(std::span{parent}.subspan(9, len)));
        }
        REQUIRE(memory.restore({}));
    }
    CHECK(bytes_of(*memory.frame_slice(0, 0, 8000)) == parent);
}

TEST_CASE_TEMPLATE("set_unsafe takes a view that overlaps its target", Store, RegionStore,
                   DoublingStore) {
    Memory memory = Store::make();
    const auto bytes = counting_bytes(96);
    REQUIRE(memory.set_data(0, bytes));
    memory.set_unsafe(5, *memory.get_slice(0, 80));
    CHECK(bytes_at(memory, 5, 80) == bytes_of(std::span{bytes}.first(80)));
}

}  // namespace evmmem::tests
