// SPDX-License-Identifier: MIT
// Call frames: every frame starts empty and zeroed, a parent is never changed by its children, and
// leaving brings the parent back as it was.
#include <vector>

#include "core/memory.hpp"
#include "memory_stores.hpp"

namespace evmmem::tests {

TEST_CASE_TEMPLATE("a child frame is empty, and its parent comes back as it was", Store,
                   RegionStore, DoublingStore) {
    Memory memory = Store::make();
    REQUIRE(memory.set_data(0, counting_bytes(100)));
    REQUIRE(memory.enter_frame());
    CHECK(memory.frame_count() == 2);
    CHECK(memory.is_empty());
    CHECK(memory.get_byte(0) == std::unexpected{MemoryError::invalid_offset});
    REQUIRE(memory.set_data(10, counting_bytes(5000, 3)));
    CHECK(all_zero(bytes_at(memory, 0, 10)));
    memory.leave_frame();
    CHECK(memory.frame_count() == 1);
    CHECK(memory.size() == 128);
    CHECK(bytes_at(memory, 0, 100) == counting_bytes(100));
    REQUIRE(memory.resize(20'000));
    CHECK(all_zero(bytes_at(memory, 100, 19'900)));
}

TEST_CASE_TEMPLATE("a child sees zeros whatever its sister left there", Store, RegionStore,
                   DoublingStore) {
    for (const std::uint64_t parent : {0, 32, 1000, 5000, 40'000, 200'000})
        for (const std::uint64_t sister : {32, 1024, 4096, 40'000, 300'000})
            for (const std::uint64_t child : {64, 4064, 33'000, 400'000}) {
                CAPTURE(parent);
                CAPTURE(sister);
                CAPTURE(child);
                Memory memory = Store::make();
                REQUIRE(memory.set_data(0, counting_bytes(parent)));
                REQUIRE(memory.enter_frame());
                REQUIRE(memory.set_data(0, counting_bytes(sister, 2)));
                memory.leave_frame();
                REQUIRE(memory.enter_frame());
                REQUIRE(memory.resize(child));
                CHECK(all_zero(memory.frame(1)));
                memory.leave_frame();
                CHECK(bytes_at(memory, 0, parent) == counting_bytes(parent));
                REQUIRE(memory.resize(memory.size() + sister));
                CHECK(all_zero(bytes_at(memory, parent, memory.size() - parent)));
            }
}

TEST_CASE_TEMPLATE("frames nest to the call depth limit, and one more is refused", Store,
                   RegionStore, DoublingStore) {
    Memory memory = Store::make();
    for (std::uint64_t depth = 0; memory.frame_count() < Memory::frames_max; ++depth) {
        REQUIRE(memory.set_word(32 * (depth % 5), counting_word(depth)));
        REQUIRE(memory.enter_frame());
    }
    CHECK(memory.enter_frame() == std::unexpected{MemoryError::memory_limit_exceeded});
    CHECK(memory.frame_count() == Memory::frames_max);
    for (std::uint64_t depth = Memory::frames_max - 1; depth-- > 0;) {
        memory.leave_frame();
        CHECK(memory.size() == 32 * (depth % 5 + 1));
        CHECK(memory.get_word(32 * (depth % 5)) == counting_word(depth));
        CHECK(all_zero(bytes_at(memory, 0, 32 * (depth % 5))));
    }
    CHECK(memory.frame_count() == 1);
}

TEST_CASE_TEMPLATE("the bytes of every open frame can be viewed from the innermost one", Store,
                   RegionStore, DoublingStore) {
    Memory memory = Store::make();
    REQUIRE(memory.set_data(0, counting_bytes(64, 1)));
    REQUIRE(memory.enter_frame());
    REQUIRE(memory.enter_frame());
    REQUIRE(memory.set_data(0, counting_bytes(4096, 3)));
    REQUIRE(memory.enter_frame());
    REQUIRE(memory.set_data(100'000, counting_bytes(32, 4)));
    CHECK(bytes_of(memory.frame(0)) == counting_bytes(64, 1));
    CHECK(memory.frame(1).empty());
    CHECK(bytes_of(memory.frame(2)) == counting_bytes(4096, 3));
    CHECK(memory.frame(3).size() == 100'032);
    CHECK(all_zero(memory.frame(3).first(100'000)));
    CHECK(bytes_of(memory.frame(3).last(32)) == counting_bytes(32, 4));
}

TEST_CASE_TEMPLATE("reset ends all open frames and the next transaction starts from zeros", Store,
                   RegionStore, DoublingStore) {
    Memory memory = Store::make();
    for (std::uint64_t i = 0; i < 5; ++i) {
        REQUIRE(memory.set_data(i * 10'000, counting_bytes(20'000, i)));
        REQUIRE(memory.enter_frame());
    }
    memory.reset();
    CHECK(memory.frame_count() == 1);
    CHECK(memory.is_empty());
    REQUIRE(memory.resize(300'000));
    CHECK(all_zero(memory.frame(0)));
}

}  // namespace evmmem::tests
