// SPDX-License-Identifier: MIT
// Concurrent calls of const members are safe, also where they reach blocks that are zeroed lazily;
// the thread sanitizer watches this test. And memories move between threads.
#include <atomic>
#include <thread>
#include <vector>

#include "memory_stores.hpp"

namespace evmmem::tests {

TEST_CASE_TEMPLATE(
    "threads that read one memory all see the same, and zeros where nothing was written", Store,
    RegionStore, DoublingStore) {
    constexpr std::uint64_t size = 1 << 18;
    for (int round = 0; round < 5; ++round) {
        Memory memory = Store::make();
        // What is lazily zeroed must have been used before.
        REQUIRE(memory.set_data(0, counting_bytes(size)));
        memory.reset();
        REQUIRE(memory.set_word(size - 32, counting_word(5)));
        REQUIRE(memory.enter_frame());
        REQUIRE(memory.set_word(size / 2, counting_word(6)));
        const Memory& shared = memory;
        std::atomic<int> wrong = 0;
        std::vector<std::thread> readers;
        for (std::uint64_t t = 0; t < 4; ++t)
            readers.emplace_back([&shared, &wrong, t] {
                for (std::uint64_t i = 0; i < 300; ++i) {
                    const std::uint64_t at = (i * 7919 + t * 31) % (size / 2 - 100);
                    if (shared.get_word(at) != Bytes32{}) ++wrong;
                    if (shared.get_byte(at + 40) != 0) ++wrong;
                    if (!all_zero(*shared.get_slice(at, 70))) ++wrong;
                    if (!all_zero(*shared.frame_slice(0, at, 90))) ++wrong;
                    Bytes32 word{};
                    if (!shared.read(at, word) || word != Bytes32{}) ++wrong;
                }
                if (shared.get_word(size / 2) != counting_word(6)) ++wrong;
                if (!std::ranges::equal(shared.frame(0).last(32), counting_word(5))) ++wrong;
                if (shared.size() != size / 2 + 32) ++wrong;
            });
        for (std::thread& reader : readers)
            reader.join();
        CHECK(wrong == 0);
    }
}

TEST_CASE_TEMPLATE("a memory made on one thread is used and ended on another", Store, RegionStore,
                   DoublingStore) {
    for (int round = 0; round < 10; ++round) {
        Memory memory = Store::make();
        REQUIRE(memory.set_data(5000, counting_bytes(3000)));
        std::thread{[moved = std::move(memory)]() mutable {
            static_cast<void>(moved.set_word(0, counting_word()));
            moved.reset();
            Memory fresh = Store::make();
            static_cast<void>(fresh.resize(100'000));
            if (!all_zero(fresh.frame(0))) std::abort();
        }}.join();
        Memory fresh = Store::make();
        REQUIRE(fresh.resize(10'000));
        CHECK(all_zero(fresh.frame(0)));
    }
}

}  // namespace evmmem::tests
