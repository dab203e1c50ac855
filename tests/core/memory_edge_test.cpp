// SPDX-License-Identifier: MIT
// Source: memory-spec.md, "Test Requirements" 2 and 4: the edge cases and stress tests, by its
// names; and the cross table of every operation with every nasty offset and size.
#include <array>
#include <ranges>
#include <vector>

#include "core/memory.hpp"
#include "core/memory_region.hpp"
#include "memory_stores.hpp"
#include "tests/support/reference_memory.hpp"

namespace evmmem::tests {
namespace {

constexpr std::uint64_t limit = 1 << 20;
constexpr std::uint64_t nasty[] = {0,
                                   1,
                                   31,
                                   32,
                                   33,
                                   63,
                                   64,
                                   1023,
                                   1024,
                                   4095,
                                   4096,
                                   4097,
                                   65535,
                                   65536,
                                   limit - 33,
                                   limit - 32,
                                   limit - 31,
                                   limit - 1,
                                   limit,
                                   limit + 1,
                                   1ULL << 32,
                                   u64_max / 2,
                                   u64_max - 95,
                                   u64_max - 64,
                                   u64_max - 63,
                                   u64_max - 62,
                                   u64_max - 32,
                                   u64_max - 31,
                                   u64_max - 30,
                                   u64_max - 1,
                                   u64_max};

/// Both memories in the state "64 bytes written", for an operation to be tried on.
struct Pair {
    Memory memory;
    ReferenceMemory reference{limit};
};

template <typename Store>
Pair written_pair() {
    Pair pair{Store::make(limit), ReferenceMemory{limit}};
    REQUIRE(pair.memory.set_data(0, counting_bytes(64)));
    REQUIRE(pair.reference.set_data(0, counting_bytes(64)));
    return pair;
}

bool same(const Pair& pair) {
    return bytes_of(pair.memory.frame(0)) == pair.reference.frame(0);
}

}  // namespace

TEST_CASE_TEMPLATE(
    "offset + length overflow: every operation agrees with the reference at every nasty "
    "offset and size",
    Store, RegionStore, DoublingStore) {
    const auto data = counting_bytes(100, 3);
    for (const std::uint64_t a : nasty) {
        CAPTURE(a);
        {
            auto pair = written_pair<Store>();
            CHECK(pair.memory.ensure_capacity(a) == pair.reference.ensure_capacity(a));
            CHECK(same(pair));
        }
        {
            auto pair = written_pair<Store>();
            CHECK(pair.memory.ensure_capacity_gas(a) == pair.reference.ensure_capacity_gas(a));
            CHECK(pair.memory.get_byte(a) == pair.reference.get_byte(a));
            CHECK(pair.memory.get_word(a) == pair.reference.get_word(a));
        }
        {
            auto pair = written_pair<Store>();
            CHECK(pair.memory.set_byte(a, 7) == pair.reference.set_byte(a, 7));
            CHECK(same(pair));
        }
        {
            auto pair = written_pair<Store>();
            CHECK(pair.memory.set_word(a, counting_word()) ==
                  pair.reference.set_word(a, counting_word()));
            CHECK(same(pair));
        }
        {
            auto pair = written_pair<Store>();
            CHECK(pair.memory.set_data(a, data) == pair.reference.set_data(a, data));
            CHECK(same(pair));
        }
    }
}

TEST_CASE_TEMPLATE("copies agree with the reference at every pair of nasty offsets and sizes",
                   Store, RegionStore, DoublingStore) {
    constexpr std::uint64_t sizes[] = {0,     1,           32,           33,          4096,
                                       limit, u64_max / 2, u64_max - 31, u64_max - 1, u64_max};
    const auto data = counting_bytes(100, 3);
    auto pair = written_pair<Store>();
    for (const std::uint64_t a : nasty)
        for (const std::uint64_t b : nasty)
            for (const std::uint64_t len : sizes) {
                const bool copied = pair.memory.copy(a, b, len) == pair.reference.copy(a, b, len);
                const bool bounded = pair.memory.set_data_bounded(a, data, b, len) ==
                                     pair.reference.set_data_bounded(a, data, b, len);
                if (!copied || !bounded || pair.memory.size() != pair.reference.size()) {
                    CAPTURE(a);
                    CAPTURE(b);
                    CAPTURE(len);
                    CHECK(copied);
                    CHECK(bounded);
                    CHECK(pair.memory.size() == pair.reference.size());
                }
                if (pair.memory.size() > 1 << 17) {
                    CHECK(same(pair));
                    pair = written_pair<Store>();
                }
            }
    CHECK(same(pair));
}

TEST_CASE_TEMPLATE("memory allocation failure: a refused request leaves memory as it was", Store,
                   RegionStore, DoublingStore) {
    Memory memory = Store::make();
    REQUIRE(memory.set_data(0, counting_bytes(100)));
    CHECK(memory.resize(1ULL << 62) == std::unexpected{MemoryError::out_of_memory});
    CHECK(memory.size() == 128);
    CHECK(bytes_at(memory, 0, 100) == counting_bytes(100));
    REQUIRE(memory.resize(4096));
    CHECK(all_zero(bytes_at(memory, 100, 3996)));
    CHECK(Memory::with_capacity(1ULL << 62).error() == MemoryError::out_of_memory);
    CHECK(Memory::with_capacity(u64_max).error() == MemoryError::out_of_memory);
}

TEST_CASE_TEMPLATE("a memory with capacity is empty and has the room", Store, RegionStore,
                   DoublingStore) {
    auto memory = Memory::with_capacity(100'000);
    REQUIRE(memory);
    CHECK(memory->is_empty());
    CHECK(memory->capacity() >= 100'000);
    REQUIRE(memory->resize(100'000));
    CHECK(all_zero(bytes_at(*memory, 0, 100'000)));
}

TEST_CASE_TEMPLATE("copy with source == destination changes no byte, but grows", Store, RegionStore,
                   DoublingStore) {
    Memory memory = Store::make();
    REQUIRE(memory.set_data(0, counting_bytes(64)));
    REQUIRE(memory.copy(16, 16, 32));
    CHECK(bytes_at(memory, 0, 64) == counting_bytes(64));
    REQUIRE(memory.copy(60, 60, 10));
    CHECK(memory.size() == 96);
    CHECK(bytes_at(memory, 0, 64) == counting_bytes(64));
}

TEST_CASE_TEMPLATE("word operations at the memory's boundary: the last 32 bytes", Store,
                   RegionStore, DoublingStore) {
    for (const std::uint64_t size : {32, 64, 1024, 4096, 65536, 1 << 20}) {
        CAPTURE(size);
        Memory memory = Store::make();
        REQUIRE(memory.resize(size));
        REQUIRE(memory.set_word(size - 32, counting_word()));
        CHECK(memory.size() == size);
        CHECK(memory.get_word(size - 32) == counting_word());
        CHECK(memory.get_word(size - 31) == std::unexpected{MemoryError::invalid_offset});
        REQUIRE(memory.set_word(size - 31, counting_word()));
        CHECK(memory.size() == size + 32);
        CHECK(memory.get_byte(size - 32) == counting_word()[0]);
        CHECK(memory.get_word(size - 31) == counting_word());
    }
}

TEST_CASE_TEMPLATE("what costs more gas than there is, or more than a host has, changes nothing",
                   Store, RegionStore, DoublingStore) {
    Memory memory = Memory::with_storage(Store::make().storage(), ~std::uint64_t{0});
    REQUIRE(memory.set_word(0, counting_word()));
    for (const std::uint64_t size : {std::uint64_t{1} << 50, (std::uint64_t{1} << 63) - 64}) {
        CHECK(memory.ensure_capacity_gas(size) == std::unexpected{MemoryError::out_of_memory});
        CHECK(memory.size() == 32);
        CHECK(memory.get_word(0) == counting_word());
    }
}

TEST_CASE_TEMPLATE("very large single allocation: 1 GiB is zero at both ends and in the middle",
                   Store, RegionStore, DoublingStore) {
    constexpr std::uint64_t size = 1ULL << 30;
    Memory memory = Store::make();
    const auto gas = memory.ensure_capacity_gas(size);
    REQUIRE(gas);
    CHECK(*gas == 3 * (size / 32) + (size / 32) * (size / 32) / 512);
    CHECK(memory.size() == size);
    for (const std::uint64_t offset : {std::uint64_t{0}, size / 2 + 5, size - 32})
        CHECK(memory.get_word(offset) == Bytes32{});
    REQUIRE(memory.set_word(size - 40, counting_word()));
    CHECK(memory.get_word(size - 40) == counting_word());
    CHECK(memory.get_word(size - 72) == Bytes32{});
    memory.reset();
    REQUIRE(memory.resize(size));
    CHECK(memory.get_word(size - 40) == Bytes32{});
}

TEST_CASE_TEMPLATE("alternating small and large allocations agree with the reference", Store,
                   RegionStore, DoublingStore) {
    Memory memory = Store::make();
    ReferenceMemory reference;
    std::uint64_t size = 0;
    for (std::uint64_t i = 0; i < 24; ++i) {
        size += i % 2 == 0 ? 32 : 5000 * i;
        CHECK(memory.ensure_capacity(size) == reference.ensure_capacity(size));
        REQUIRE(memory.set_byte(size - 7, 0xcc));
        REQUIRE(reference.set_byte(size - 7, 0xcc));
        if (i % 5 == 4) {
            memory.reset();
            reference.reset();
            size = 0;
        }
        CHECK(bytes_of(memory.frame(0)) == reference.frame(0));
    }
}

TEST_CASE_TEMPLATE("memory fragmentation patterns: many memories of many sizes stay apart", Store,
                   RegionStore, DoublingStore) {
    std::vector<Memory> memories;
    for (std::uint64_t i = 0; i < 60; ++i) {
        memories.push_back(Store::make());
        REQUIRE(memories.back().set_data(i * 100, counting_bytes(1 + i * 311, i)));
    }
    for (std::uint64_t i = 0; i < 60; i += 2)
        memories[i] = Store::make();
    for (std::uint64_t i = 0; i < 60; i += 2)
        REQUIRE(memories[i].set_data(i * 50, counting_bytes(1 + i * 150, i + 1)));
    for (std::uint64_t i = 0; i < 60; ++i) {
        CAPTURE(i);
        const bool second = i % 2 == 0;
        const std::uint64_t offset = second ? i * 50 : i * 100;
        const std::uint64_t len = second ? 1 + i * 150 : 1 + i * 311;
        CHECK(bytes_at(memories[i], offset, len) == counting_bytes(len, second ? i + 1 : i));
        CHECK(all_zero(bytes_at(memories[i], 0, offset)));
        CHECK(all_zero(bytes_at(memories[i], offset + len, memories[i].size() - offset - len)));
    }
}

TEST_CASE_TEMPLATE("rapid expansion and contraction cycles always start from zeros", Store,
                   RegionStore, DoublingStore) {
    Memory memory = Store::make();
    for (std::uint64_t i = 0; i < 400; ++i) {
        const std::uint64_t size = 32 * (1 + i * 37 % 4000);
        REQUIRE(memory.resize(size));
        CHECK(memory.get_word(size - 32) == Bytes32{});
        CHECK(memory.get_word(size / 2).value_or(Bytes32{}) == Bytes32{});
        REQUIRE(memory.set_word(size - 32, counting_word(i)));
        REQUIRE(memory.set_byte(size / 2, 0x55));
        memory.reset();
        CHECK(memory.is_empty());
    }
}

TEST_CASE_TEMPLATE("sparse writes: a word every 64 KiB leaves zeros between", Store, RegionStore,
                   DoublingStore) {
    Memory memory = Store::make();
    for (int round = 0; round < 3; ++round) {
        for (std::uint64_t i = 16; i-- > 0;)
            REQUIRE(memory.set_word(i * 65536 + 100 * i, counting_word(i)));
        for (std::uint64_t i = 0; i < 16; ++i) {
            const std::uint64_t at = i * 65536 + 100 * i;
            CHECK(memory.get_word(at) == counting_word(i));
            if (i > 0) CHECK(all_zero(bytes_at(memory, at - 5000, 5000)));
            if (i < 15) CHECK(all_zero(bytes_at(memory, at + 32, 5000)));
        }
        memory.reset();
    }
}

TEST_CASE("a memory that is written all over after a far jump becomes ready whole") {
    constexpr std::uint64_t size = 64 * 1024;
    constexpr std::uint64_t written = 600;  // words, of 2048
    const auto scattered = [](std::uint64_t i) { return i * 9973 % (size / 32) * 32; };
    MemoryRegion::drop_pool();  // and what its regions expect
    Memory memory = RegionStore::make();
    for (std::uint64_t round = 0; round < 3; ++round) {
        REQUIRE(memory.enter_frame());
        REQUIRE(memory.resize(size));
        // The second round expects what the first one did.
        CHECK(memory.holds_word(scattered(written)) == (round > 0));
        for (std::uint64_t i = 0; i < written; ++i)
            REQUIRE(memory.set_u256(scattered(i), Word{i + 1}));
        // What was never touched is as good as what was, and is zero whatever the last round left.
        CHECK(memory.holds_word(scattered(written)));
        CHECK(memory.holds_word(size - 32));
        for (std::uint64_t i = 0; i < size / 32; ++i)
            REQUIRE(memory.get_u256(scattered(i)) == (i < written ? Word{i + 1} : Word{}));
        // A child of it is as cheap as any, and what it leaves behind is no later frame's.
        REQUIRE(memory.enter_frame());
        REQUIRE(memory.set_byte(5000, 0xff));
        memory.leave_frame();
        CHECK(memory.size() == size);
        REQUIRE(memory.resize(size + 6000));
        CHECK(all_zero(bytes_at(memory, size, 6000)));
        memory.leave_frame();
    }
}

TEST_CASE("frames are zeroed at once as long as those of their size are used all over") {
    constexpr std::uint64_t size = 64 * 1024;
    MemoryRegion::drop_pool();
    Memory memory = RegionStore::make();
    const auto is_ready_after_jump = [&](std::uint64_t bytes, std::uint8_t value) {
        memory.reset();
        REQUIRE(memory.resize(bytes));
        const bool is_ready = memory.holds_word(bytes - 32);
        for (std::uint64_t at = 0; at < bytes; at += 1024)
            REQUIRE(memory.get_byte(at) == 0);
        REQUIRE(memory.set_byte(3 * bytes / 4, value));
        return is_ready;
    };
    CHECK_FALSE(is_ready_after_jump(size, 1));
    for (std::uint64_t i = 0; i < 600; ++i)
        REQUIRE(memory.set_u256(i * 9973 % (size / 32) * 32, Word{i + 1}));
    REQUIRE(memory.holds_word(size - 32));
    // Of no other size; and when it was not needed for a while, it is tried without.
    CHECK_FALSE(is_ready_after_jump(4 * size, 2));
    int ready = 0;
    while (is_ready_after_jump(size, 3))
        ++ready;
    CHECK(ready == 32);
    CHECK_FALSE(is_ready_after_jump(size, 4));
    // More than a cache holds is never zeroed ahead.
    constexpr std::uint64_t large = 4 << 20;
    CHECK_FALSE(is_ready_after_jump(large, 5));
    for (std::uint64_t i = 0; i < 40'000; ++i)
        REQUIRE(memory.set_u256(i * 9973 % (large / 32) * 32, Word{i + 1}));
    REQUIRE(memory.holds_word(large - 32));
    CHECK_FALSE(is_ready_after_jump(large, 6));
}

TEST_CASE("a few writes after a far jump leave the rest of memory untouched") {
    MemoryRegion::drop_pool();
    Memory memory = RegionStore::make();
    REQUIRE(memory.resize(1 << 20));
    for (std::uint64_t i = 0; i < 200; ++i)
        REQUIRE(memory.set_u256((i + 1) * 4096, Word{i}));
    CHECK_FALSE(memory.holds_word((1 << 20) - 32));
    CHECK(memory.get_u256((1 << 20) - 32) == Word{});
}

TEST_CASE("a word across the end of what became ready whole is read from both sides") {
    constexpr std::uint64_t size = 64 * 1024;
    Memory memory = RegionStore::make();
    REQUIRE(memory.set_data(0, counting_bytes(2 * size)));
    memory.reset();  // all of it is stale now
    REQUIRE(memory.resize(size));
    REQUIRE(memory.set_data(0, counting_bytes(size)));
    REQUIRE(memory.resize(2 * size));  // lazy again, from there on
    Bytes32 bytes{};
    std::ranges::copy(counting_bytes(size) | std::views::drop(size - 16), bytes.begin());
    CHECK(memory.get_u256(size - 16) == Word::from_big_endian(bytes));
}

}  // namespace evmmem::tests
