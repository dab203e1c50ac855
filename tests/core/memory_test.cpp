// SPDX-License-Identifier: MIT
// Source: memory-spec.md, "Test Requirements" 1: the functional tests, in its order and by its
// names.
#include "core/memory.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "memory_stores.hpp"

namespace evmmem::tests {

TEST_CASE_TEMPLATE("empty memory operations: an empty memory has no size and nothing to read",
                   Store, RegionStore, DoublingStore) {
    const Memory memory = Store::make();
    CHECK(memory.size() == 0);
    CHECK(memory.size_words() == 0);
    CHECK(memory.is_empty());
    CHECK(memory.frame_count() == 1);
    CHECK(memory.get_byte(0) == std::unexpected{MemoryError::invalid_offset});
    CHECK(memory.get_word(0) == std::unexpected{MemoryError::invalid_offset});
    CHECK(memory.get_u256(0) == std::unexpected{MemoryError::invalid_offset});
    CHECK(memory.get_slice(0, 1).error() == MemoryError::invalid_offset);
    CHECK(memory.frame(0).empty());
    CHECK(memory.snapshot()->empty());
    CHECK(memory.to_hex() == std::string{});
}

TEST_CASE_TEMPLATE("single byte read/write at various offsets", Store, RegionStore, DoublingStore) {
    for (const std::uint64_t offset : {0, 1, 30, 31, 32, 33, 1023, 1024, 4095, 4096, 70'000}) {
        CAPTURE(offset);
        Memory memory = Store::make();
        REQUIRE(memory.set_byte(offset, 0xab));
        CHECK(memory.get_byte(offset) == 0xab);
        CHECK(memory.size() == (offset / 32 + 1) * 32);
        if (offset > 0) CHECK(memory.get_byte(offset - 1) == 0);
        if (offset + 1 < memory.size()) CHECK(memory.get_byte(offset + 1) == 0);
    }
}

TEST_CASE_TEMPLATE("mstore8 writes one byte and grows a whole word", Store, RegionStore,
                   DoublingStore) {
    Memory memory = Store::make();
    REQUIRE(memory.set_byte(32, 0xff));
    CHECK(memory.size() == 64);
    CHECK(memory.get_byte(32) == 0xff);
    CHECK(memory.get_byte(63) == 0);
    CHECK(memory.get_byte(64) == std::unexpected{MemoryError::invalid_offset});
}

TEST_CASE_TEMPLATE("word aligned read/write: what is written at a word is read back", Store,
                   RegionStore, DoublingStore) {
    Memory memory = Store::make();
    for (std::uint64_t i = 0; i < 100; ++i)
        REQUIRE(memory.set_word(32 * i, counting_word(i)));
    CHECK(memory.size() == 3200);
    for (std::uint64_t i = 0; i < 100; ++i) {
        CHECK(memory.get_word(32 * i) == counting_word(i));
        CHECK(memory.get_u256(32 * i) == Word::from_big_endian(counting_word(i)));
        Bytes32 bytes{};
        Word word;
        CHECK(memory.get_word(32 * i, bytes));
        CHECK(memory.get_u256(32 * i, word));
        CHECK(bytes == counting_word(i));
        CHECK(word.to_big_endian() == counting_word(i));
    }
}

TEST_CASE_TEMPLATE("a u256 is stored most significant byte first", Store, RegionStore,
                   DoublingStore) {
    Memory memory = Store::make();
    REQUIRE(memory.set_u256(
        0, Word{0x0102030405060708, 0x1112131415161718, 0x2122232425262728, 0x3132333435363738}));
    CHECK(memory.to_hex() ==
          "010203040506070811121314151617182122232425262728"
          "3132333435363738");
    CHECK(memory.get_u256(0) ==
          Word{0x0102030405060708, 0x1112131415161718, 0x2122232425262728, 0x3132333435363738});
}

TEST_CASE_TEMPLATE("unaligned word access crosses a 32-byte boundary", Store, RegionStore,
                   DoublingStore) {
    for (std::uint64_t offset = 1; offset < 32; ++offset) {
        CAPTURE(offset);
        Memory memory = Store::make();
        REQUIRE(memory.set_word(offset, counting_word()));
        CHECK(memory.size() == 64);
        CHECK(memory.get_word(offset) == counting_word());
        CHECK(all_zero(bytes_at(memory, 0, offset)));
        CHECK(all_zero(bytes_at(memory, offset + 32, 32 - offset)));
        CHECK(memory.get_word(offset + 32) == std::unexpected{MemoryError::invalid_offset});
    }
}

TEST_CASE_TEMPLATE("an unaligned u256 is read across words", Store, RegionStore, DoublingStore) {
    Memory memory = Store::make();
    REQUIRE(memory.set_u256(0, Word{0, 0, 0, 0x11}));
    REQUIRE(memory.set_u256(32, Word{0x2200000000000000, 0, 0, 0}));
    CHECK(memory.get_u256(1) == Word{0, 0, 0, 0x1122});
}

TEST_CASE_TEMPLATE("large data operations: more than 1 KiB and more than 1 MiB", Store, RegionStore,
                   DoublingStore) {
    for (const std::uint64_t len : {1025, 5000, 70'001, 1'048'577, 3'000'000}) {
        CAPTURE(len);
        Memory memory = Store::make();
        const auto data = counting_bytes(len);
        REQUIRE(memory.set_data(100, data));
        CHECK(memory.size() == num_words(100 + len) * 32);
        CHECK(all_zero(bytes_at(memory, 0, 100)));
        CHECK(bytes_at(memory, 100, len) == data);
        CHECK(all_zero(bytes_at(memory, 100 + len, memory.size() - 100 - len)));
    }
}

TEST_CASE_TEMPLATE("memory expansion from zero gives zeros, in whole words", Store, RegionStore,
                   DoublingStore) {
    for (const std::uint64_t size : {1, 31, 32, 33, 1024, 4096, 4097, 100'000}) {
        CAPTURE(size);
        Memory memory = Store::make();
        CHECK(memory.ensure_capacity(size) == num_words(size));
        CHECK(memory.size() == num_words(size) * 32);
        CHECK(memory.size_words() == num_words(size));
        CHECK(all_zero(bytes_at(memory, 0, memory.size())));
    }
}

TEST_CASE_TEMPLATE("memory expansion from non-zero size keeps what was there", Store, RegionStore,
                   DoublingStore) {
    Memory memory = Store::make();
    const auto data = counting_bytes(96);
    REQUIRE(memory.set_data(0, data));
    CHECK(memory.ensure_capacity(200) == 4);
    CHECK(memory.size() == 224);
    CHECK(bytes_at(memory, 0, 96) == data);
    CHECK(all_zero(bytes_at(memory, 96, 128)));
}

TEST_CASE_TEMPLATE("ensure_capacity returns the new words and its sibling the gas", Store,
                   RegionStore, DoublingStore) {
    Memory memory = Store::make();
    CHECK(memory.ensure_capacity(64) == 2);
    CHECK(memory.ensure_capacity(64) == 0);
    CHECK(memory.ensure_capacity(0) == 0);
    CHECK(memory.ensure_capacity_gas(64) == 0);
    CHECK(memory.ensure_capacity_gas(1024) == 3 * 30 + 32 * 32 / 512);
    // 3*1024 + 1024*1024/512 in all; 98 is paid already.
    CHECK(memory.ensure_capacity_gas(32 * 1024) == 3072 + 2048 - (96 + 2));
}

TEST_CASE_TEMPLATE("partial data copy: a source smaller than the length is followed by zeros",
                   Store, RegionStore, DoublingStore) {
    Memory memory = Store::make();
    REQUIRE(memory.set_data(0, counting_bytes(128)));
    const auto data = counting_bytes(10, 9);
    REQUIRE(memory.set_data_bounded(20, data, 4, 50));
    CHECK(bytes_at(memory, 0, 20) == counting_bytes(20));
    CHECK(bytes_at(memory, 20, 6) == std::vector(data.begin() + 4, data.end()));
    CHECK(all_zero(bytes_at(memory, 26, 44)));
    CHECK(memory.get_byte(70) == counting_bytes(128)[70]);
}

TEST_CASE_TEMPLATE("partial data copy: a source offset beyond the data writes zeros", Store,
                   RegionStore, DoublingStore) {
    const auto data = counting_bytes(10);
    for (const std::uint64_t data_offset : {std::uint64_t{10}, std::uint64_t{11}, u64_max}) {
        CAPTURE(data_offset);
        Memory memory = Store::make();
        REQUIRE(memory.set_data(0, counting_bytes(64)));
        REQUIRE(memory.set_data_bounded(0, data, data_offset, 40));
        CHECK(all_zero(bytes_at(memory, 0, 40)));
        CHECK(memory.get_byte(40) == counting_bytes(64)[40]);
    }
}

TEST_CASE_TEMPLATE("partial data copy: valid offsets copy exactly that part", Store, RegionStore,
                   DoublingStore) {
    Memory memory = Store::make();
    const auto data = counting_bytes(100);
    REQUIRE(memory.set_data_bounded(5, data, 30, 40));
    CHECK(memory.size() == 64);
    CHECK(bytes_at(memory, 5, 40) == std::vector(data.begin() + 30, data.begin() + 70));
    CHECK(all_zero(bytes_at(memory, 0, 5)));
    CHECK(all_zero(bytes_at(memory, 45, 19)));
}

TEST_CASE_TEMPLATE("overlapping memory copy, forward and backward, acts as if through a buffer",
                   Store, RegionStore, DoublingStore) {
    const auto data = counting_bytes(2048);
    for (const std::uint64_t len : {1, 31, 32, 33, 64, 100, 1000, 1500}) {
        for (const std::int64_t shift : {-96, -32, -1, 0, 1, 31, 32, 96}) {
            CAPTURE(len);
            CAPTURE(shift);
            Memory memory = Store::make();
            REQUIRE(memory.set_data(0, data));
            const auto target = static_cast<std::uint64_t>(200 + shift);
            REQUIRE(memory.copy(target, 200, len));
            auto expected = data;
            for (std::uint64_t i = 0; i < len; ++i)
                expected[target + i] = data[200 + i];
            CHECK(bytes_at(memory, 0, 2048) == expected);
        }
    }
}

TEST_CASE_TEMPLATE("copy grows memory to hold its target, and its source", Store, RegionStore,
                   DoublingStore) {
    Memory memory = Store::make();
    REQUIRE(memory.set_data(0, counting_bytes(32)));
    SUBCASE("the target is beyond the end") {
        REQUIRE(memory.copy(100, 0, 10));
        CHECK(memory.size() == 128);
        CHECK(bytes_at(memory, 100, 10) == counting_bytes(10));
    }
    SUBCASE("the source is beyond the end, and reads as zeros") {
        REQUIRE(memory.copy(0, 100, 10));
        CHECK(memory.size() == 128);
        CHECK(all_zero(bytes_at(memory, 0, 10)));
        CHECK(memory.get_byte(10) == counting_bytes(32)[10]);
    }
}

TEST_CASE_TEMPLATE("memory limit enforcement: the last size within works, the next does not", Store,
                   RegionStore, DoublingStore) {
    Memory memory = Store::make(1024);
    CHECK(memory.limit() == 1024);
    REQUIRE(memory.resize(1024));
    CHECK(memory.resize(1025) == std::unexpected{MemoryError::memory_limit_exceeded});
    CHECK(memory.set_byte(1023, 1));
    CHECK(memory.set_byte(1024, 1) == std::unexpected{MemoryError::memory_limit_exceeded});
    CHECK(memory.set_word(992, counting_word()));
    CHECK(memory.set_word(993, {}) == std::unexpected{MemoryError::memory_limit_exceeded});
    CHECK(memory.copy(1024, 0, 1) == std::unexpected{MemoryError::memory_limit_exceeded});
    CHECK(memory.copy(0, 1024, 1) == std::unexpected{MemoryError::memory_limit_exceeded});
    CHECK(memory.ensure_capacity(u64_max - 31) ==
          std::unexpected{MemoryError::memory_limit_exceeded});
    CHECK(memory.size() == 1024);
    CHECK(memory.get_word(992) == counting_word());
}

TEST_CASE_TEMPLATE("a limit counts all frames together, in whole words, as revm's does", Store,
                   RegionStore, DoublingStore) {
    Memory memory = Store::make(200);
    CHECK(memory.limit() == 192);
    CHECK(memory.limit_scope() == LimitScope::all_frames);
    REQUIRE(memory.resize(96));
    REQUIRE(memory.enter_frame());
    REQUIRE(memory.resize(64));
    REQUIRE(memory.enter_frame());
    REQUIRE(memory.set_byte(31, 1));
    const std::unexpected exceeded{MemoryError::memory_limit_exceeded};
    CHECK(memory.set_byte(32, 1) == exceeded);
    CHECK(memory.set_word(1, {}) == exceeded);
    CHECK(memory.set_u256(1, {}) == exceeded);
    CHECK(memory.resize(33) == exceeded);
    CHECK(memory.resize(5000) == exceeded);
    CHECK(memory.ensure_capacity(33) == exceeded);
    CHECK(memory.ensure_capacity_gas(33) == exceeded);
    CHECK(memory.ensure_capacity_gas(5000) == exceeded);
    CHECK(memory.restore(counting_bytes(64)) == exceeded);
    CHECK(memory.size() == 32);
    memory.leave_frame();
    // What the child had is free again, and no more.
    CHECK(memory.resize(97) == exceeded);
    REQUIRE(memory.resize(96));
    REQUIRE(memory.enter_frame());
    CHECK(memory.set_byte(0, 1) == exceeded);
    memory.reset();
    REQUIRE(memory.resize(192));
    CHECK(memory.resize(193) == exceeded);
}

TEST_CASE_TEMPLATE("a limit of all frames is exact after far jumps, which leave gaps", Store,
                   RegionStore, DoublingStore) {
    // 10,016 and 5,024 are no whole blocks: the children begin a little after their parents end.
    Memory memory = Store::make(10'016 + 5'024 + 96);
    REQUIRE(memory.resize(10'016));
    REQUIRE(memory.enter_frame());
    REQUIRE(memory.resize(5'024));
    REQUIRE(memory.enter_frame());
    CHECK_FALSE(memory.resize(97));
    for (std::uint64_t at = 0; at < 96; at += 32)
        REQUIRE(memory.set_word(at, counting_word()));
    CHECK_FALSE(memory.set_word(96, {}));
    memory.leave_frame();
    // Written all over, the frame is an ordinary one again.
    REQUIRE(memory.set_data(0, counting_bytes(5'024)));
    REQUIRE(memory.set_word(5'024 + 64, {}));
    CHECK_FALSE(memory.set_word(5'024 + 65, {}));
}

TEST_CASE_TEMPLATE("a limit may count each frame by itself", Store, RegionStore, DoublingStore) {
    Memory memory = Store::make(100, LimitScope::each_frame);
    CHECK(memory.limit() == 96);
    CHECK(memory.limit_scope() == LimitScope::each_frame);
    REQUIRE(memory.resize(96));
    CHECK_FALSE(memory.resize(97));
    REQUIRE(memory.enter_frame());
    REQUIRE(memory.resize(96));
    CHECK_FALSE(memory.resize(97));
}

TEST_CASE("a limit that is none stays none") {
    CHECK(Memory{}.limit() == Memory::unlimited);
    CHECK(Memory::with_limit(Memory::unlimited).limit() == Memory::unlimited);
    CHECK(Memory::with_limit(Memory::unlimited - 1).limit() == Memory::unlimited - 31);
    CHECK(Memory::with_storage(Storage::doubling).limit() == Memory::unlimited);
}

TEST_CASE_TEMPLATE("out of bounds access is an error and leaves memory as it was", Store,
                   RegionStore, DoublingStore) {
    Memory memory = Store::make();
    REQUIRE(memory.set_word(0, counting_word()));
    const Memory& reader = memory;
    CHECK(reader.get_byte(31));
    CHECK(reader.get_byte(32) == std::unexpected{MemoryError::invalid_offset});
    CHECK(reader.get_word(0));
    CHECK(reader.get_word(1) == std::unexpected{MemoryError::invalid_offset});
    CHECK(reader.get_u256(1) == std::unexpected{MemoryError::invalid_offset});
    Bytes32 bytes{};
    Word word;
    CHECK(reader.get_word(1, bytes) == std::unexpected{MemoryError::invalid_offset});
    CHECK(reader.get_u256(1, word) == std::unexpected{MemoryError::invalid_offset});
    CHECK(reader.get_slice(0, 32));
    CHECK(reader.get_slice(1, 32).error() == MemoryError::invalid_offset);
    CHECK(reader.get_slice(33, 1).error() == MemoryError::invalid_offset);
    CHECK(memory.size() == 32);
}

TEST_CASE_TEMPLATE("zero-length operations touch nothing, wherever they point", Store, RegionStore,
                   DoublingStore) {
    Memory memory = Store::make(64);
    for (const std::uint64_t offset : {std::uint64_t{0}, std::uint64_t{33}, u64_max}) {
        CAPTURE(offset);
        CHECK(memory.copy(offset, u64_max - offset, 0));
        CHECK(memory.set_data(offset, {}));
        CHECK(memory.set_data_bounded(offset, counting_bytes(5), 2, 0));
        CHECK(memory.get_slice(offset, 0));
        CHECK(memory.size() == 0);
    }
}

TEST_CASE_TEMPLATE("maximum memory size: requests near 2^64 are refused and change nothing", Store,
                   RegionStore, DoublingStore) {
    Memory memory = Store::make();
    REQUIRE(memory.set_word(0, counting_word()));
    CHECK(memory.resize(u64_max) == std::unexpected{MemoryError::invalid_size});
    CHECK(memory.resize(u64_max - 30) == std::unexpected{MemoryError::invalid_size});
    CHECK(memory.resize(u64_max - 31) == std::unexpected{MemoryError::out_of_memory});
    CHECK(memory.resize(u64_max / 2) == std::unexpected{MemoryError::out_of_memory});
    CHECK(memory.set_byte(u64_max, 1) == std::unexpected{MemoryError::invalid_size});
    CHECK(memory.set_byte(u64_max - 32, 1) == std::unexpected{MemoryError::out_of_memory});
    CHECK(memory.set_word(u64_max, {}) == std::unexpected{MemoryError::invalid_size});
    CHECK(memory.set_word(u64_max - 62, {}) == std::unexpected{MemoryError::invalid_size});
    CHECK(memory.set_word(u64_max - 63, {}) == std::unexpected{MemoryError::out_of_memory});
    CHECK(memory.set_data_bounded(0, {}, 0, u64_max - 31) ==
          std::unexpected{MemoryError::out_of_memory});
    CHECK(memory.size() == 32);
    CHECK(memory.get_word(0) == counting_word());
}

TEST_CASE_TEMPLATE("snapshot and restore: memory is again what it was", Store, RegionStore,
                   DoublingStore) {
    Memory memory = Store::make();
    REQUIRE(memory.set_data(0, counting_bytes(200)));
    const auto before = memory.snapshot();
    REQUIRE(before);
    CHECK(before->size() == 224);
    SUBCASE("after it was overwritten and grown") {
        REQUIRE(memory.set_data(100, counting_bytes(70'000, 5)));
        REQUIRE(memory.restore(*before));
    }
    SUBCASE("after it was ended") {
        memory.reset();
        REQUIRE(memory.restore(*before));
    }
    CHECK(memory.size() == 224);
    CHECK(memory.snapshot() == *before);
    REQUIRE(memory.resize(80'000));
    CHECK(bytes_at(memory, 0, 200) == counting_bytes(200));
    CHECK(all_zero(bytes_at(memory, 200, memory.size() - 200)));
}

TEST_CASE_TEMPLATE("restore refuses what no snapshot can be", Store, RegionStore, DoublingStore) {
    Memory memory = Store::make(64);
    REQUIRE(memory.set_word(0, counting_word()));
    CHECK(memory.restore(counting_bytes(33)) == std::unexpected{MemoryError::invalid_size});
    CHECK(memory.restore(counting_bytes(96)) ==
          std::unexpected{MemoryError::memory_limit_exceeded});
    CHECK(memory.size() == 32);
    CHECK(memory.get_word(0) == counting_word());
    CHECK(memory.restore({}));
    CHECK(memory.is_empty());
}

TEST_CASE_TEMPLATE("multiple sequential expansions are each zero and keep the rest", Store,
                   RegionStore, DoublingStore) {
    Memory memory = Store::make();
    std::uint64_t size = 0;
    for (std::uint64_t i = 1; i < 300; ++i) {
        const std::uint64_t step = 32 * (1 + i % 7);
        CHECK(memory.ensure_capacity(size + step) == step / 32);
        CHECK(all_zero(bytes_at(memory, size, step)));
        REQUIRE(memory.set_data(size, counting_bytes(step, i)));
        size += step;
    }
    size = 0;
    for (std::uint64_t i = 1; i < 300; ++i) {
        const std::uint64_t step = 32 * (1 + i % 7);
        CHECK(bytes_at(memory, size, step) == counting_bytes(step, i));
        size += step;
    }
}

TEST_CASE_TEMPLATE("shrinking is not supported: resize only grows", Store, RegionStore,
                   DoublingStore) {
    Memory memory = Store::make();
    REQUIRE(memory.set_data(0, counting_bytes(128)));
    for (const std::uint64_t size : {0, 1, 32, 127, 128}) {
        CHECK(memory.resize(size));
        CHECK(memory.ensure_capacity(size) == 0);
        CHECK(memory.size() == 128);
    }
    CHECK(bytes_at(memory, 0, 128) == counting_bytes(128));
}

TEST_CASE_TEMPLATE("the unsafe operations reach the same bytes as the safe ones", Store,
                   RegionStore, DoublingStore) {
    Memory memory = Store::make();
    REQUIRE(memory.resize(128));
    memory.set_unsafe(40, counting_bytes(20));
    memory.set_unsafe(0, {});
    *memory.get_ptr_unsafe(127) = 0xee;
    CHECK(bytes_at(memory, 40, 20) == counting_bytes(20));
    CHECK(memory.get_byte(127) == 0xee);
    CHECK(std::as_const(memory).get_const_ptr_unsafe(40)[19] == counting_bytes(20)[19]);
}

TEST_CASE_TEMPLATE("to_hex prints every byte in lower case", Store, RegionStore, DoublingStore) {
    Memory memory = Store::make();
    REQUIRE(memory.set_data(
        0, std::vector<std::uint8_t>{0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF}));
    CHECK(memory.to_hex() == "0123456789abcdef" + std::string(48, '0'));
}

TEST_CASE_TEMPLATE("a moved memory takes its bytes along and leaves an empty one", Store,
                   RegionStore, DoublingStore) {
    Memory memory = Store::make();
    REQUIRE(memory.set_word(32, counting_word()));
    REQUIRE(memory.enter_frame());
    REQUIRE(memory.set_word(0, counting_word(3)));
    Memory other = std::move(memory);
    CHECK(other.frame_count() == 2);
    CHECK(other.get_word(0) == counting_word(3));
    other.leave_frame();
    CHECK(other.get_word(32) == counting_word());
    memory = Store::make();
    CHECK(memory.is_empty());
    REQUIRE(memory.set_word(0, counting_word(5)));
    memory = std::move(other);
    CHECK(memory.get_word(32) == counting_word());
    CHECK(memory.get_word(0) == Bytes32{});
}

}  // namespace evmmem::tests
