// SPDX-License-Identifier: MIT
// Every allocation, mmap and mprotect of a run is made to fail, one after the other, and then all
// from that one on. What fails must say out_of_memory and change nothing; what goes on must be
// right.
#include <doctest/doctest.h>

#include <vector>

#include "core/memory.hpp"
#include "core/memory_region.hpp"
#include "failing_system.hpp"
#include "memory_stores.hpp"
#include "tests/support/reference_memory.hpp"

namespace evmmem::tests {
namespace {

/// A memory and its reference, which go through the same operations. An operation that the fault
/// refuses is tried again without it.
class Faulty {
public:
    explicit Faulty(Memory memory) : memory_{std::move(memory)} {}

    template <typename Operation>
    void both(Operation operation) {
        auto result = operation(memory_);
        if (!result) {
            fault.is_armed = false;
            CHECK(result.error() == MemoryError::out_of_memory);
            ++refusals;
            compare();
            result = operation(memory_);
        }
        fault.is_armed = false;
        CHECK(result);
        static_cast<void>(operation(reference_));
        compare();
        fault.is_armed = is_armed_;
    }

    /// What only reads: refused, or right.
    template <typename Operation>
    void reading(Operation operation) {
        const auto result = operation(memory_);
        fault.is_armed = false;
        if (!result) {
            ++refusals;
            CHECK(result.error() == MemoryError::out_of_memory);
        }
        compare();
        fault.is_armed = is_armed_;
    }

    void leave() {
        fault.is_armed = false;
        memory_.leave_frame();
        reference_.leave_frame();
        compare();
        fault.is_armed = is_armed_;
    }

    void arm(std::uint64_t at, bool is_lasting) {
        is_armed_ = true;
        fault = {.is_armed = true, .is_lasting = is_lasting, .spares_heap = false, .at = at};
    }

    std::uint64_t refusals = 0;

private:
    void compare() {
        REQUIRE(memory_.frame_count() == reference_.frame_count());
        for (std::size_t i = 0; i < memory_.frame_count(); ++i)
            CHECK(std::ranges::equal(memory_.frame(i), reference_.frame(i)));
    }

    Memory memory_;
    ReferenceMemory reference_;
    bool is_armed_ = false;
};

/// Frames, small steps, far jumps and copies; returns how often something was refused.
std::uint64_t run(Storage storage, std::uint64_t at, bool is_lasting) {
    const auto small = counting_bytes(100);
    const auto large = counting_bytes(40'000, 3);
    MemoryRegion::drop_pool();
    Faulty faulty{Memory::with_storage(storage)};
    faulty.arm(at, is_lasting);
    faulty.both([&](auto& memory) { return memory.set_data(3, small); });
    faulty.both([&](auto& memory) { return memory.enter_frame(); });
    faulty.both([&](auto& memory) { return memory.set_data(100'000, large); });
    faulty.both([&](auto& memory) { return memory.enter_frame(); });
    faulty.both([&](auto& memory) { return memory.copy(5'000'000, 0, 50); });
    faulty.both([&](auto& memory) { return memory.set_data(2'000'000, large); });
    faulty.reading([&](auto& memory) { return memory.snapshot(); });
    faulty.leave();
    faulty.both([&](auto& memory) { return memory.restore(std::span{large}.first(39'968)); });
    faulty.reading([&](auto& memory) { return memory.to_hex(); });
    faulty.leave();
    faulty.both([&](auto& memory) { return memory.set_data(50'000, large); });
    fault.is_armed = false;
    return faulty.refusals;
}

void fail_each_call(Storage storage, bool is_lasting) {
    std::uint64_t at = 0;
    for (;; ++at) {
        CAPTURE(at);
        run(storage, at, is_lasting);
        if (fault.calls <= at) break;  // the run makes no more calls than these
        REQUIRE(at < 200);
    }
    CHECK(at >= 2);
    MESSAGE(at << " calls were made to fail, one after the other");
}

}  // namespace

TEST_CASE("region storage: each allocation and mapping that fails is survived") {
    fail_each_call(Storage::region, false);
}

TEST_CASE("region storage: when all fail from one on, what cannot be done says so") {
    fail_each_call(Storage::region, true);
    CHECK(run(Storage::region, 0, true) > 0);
}

TEST_CASE("doubling storage: each allocation that fails is survived") {
    fail_each_call(Storage::doubling, false);
    fail_each_call(Storage::doubling, true);
    CHECK(run(Storage::doubling, 0, true) > 0);
}

TEST_CASE("a region that cannot be had is a smaller one, or doubling storage when there is none") {
    const Bytes32 word = counting_word();
    for (const bool is_lasting : {false, true}) {
        MemoryRegion::drop_pool();
        Memory memory;
        fault = {.is_armed = true, .is_lasting = is_lasting, .spares_heap = true};
        const auto set = memory.set_word(0, word);
        fault.is_armed = false;
        CHECK(set);
        CHECK(memory.storage() == (is_lasting ? Storage::doubling : Storage::region));
        CHECK(memory.get_word(0) == word);
    }
}

TEST_CASE("a limit is enforced before anything is allocated") {
    MemoryRegion::drop_pool();
    for (const Storage storage : {Storage::region, Storage::doubling}) {
        Memory memory = Memory::with_storage(storage, 1024);
        fault = {.is_armed = true, .is_lasting = true};
        const auto resized = memory.resize(1025);
        const auto set = memory.set_byte(u64_max - 100, 1);
        const auto copied = memory.copy(0, 5000, 1);
        const std::uint64_t calls = fault.calls;
        fault.is_armed = false;
        CHECK(resized == std::unexpected{MemoryError::memory_limit_exceeded});
        CHECK(set == std::unexpected{MemoryError::memory_limit_exceeded});
        CHECK(copied == std::unexpected{MemoryError::memory_limit_exceeded});
        CHECK(calls == 0);
    }
}

TEST_CASE("a frame is left with its output, and entered, without an allocation") {
    for (const Storage storage : {Storage::region, Storage::doubling}) {
        Memory memory = Memory::with_storage(storage);
        REQUIRE(memory.set_data(0, counting_bytes(100)));
        REQUIRE(memory.enter_frame());
        REQUIRE(memory.set_data(0, counting_bytes(2000, 4)));
        fault = {.is_armed = true, .is_lasting = true};
        const auto left = memory.leave_frame_returning(5, 64, 10);
        const auto entered = memory.enter_frame();
        fault.is_armed = false;
        CHECK(left);
        CHECK(entered);
        CHECK(fault.calls == 0);
    }
}

}  // namespace evmmem::tests
