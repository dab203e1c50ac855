// SPDX-License-Identifier: MIT
// A region that gets too small hands its frames over to doubling storage, in the middle of an
// operation. Here the system lets no region grow beyond its first 64 KiB, so this happens all the
// time; and realloc() always moves. And what huge pages would do.
#include <doctest/doctest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "core/memory.hpp"
#include "core/memory_region.hpp"
#include "core/splitmix64.hpp"
#include "failing_system.hpp"
#include "memory_stores.hpp"
#include "tests/support/memory_differential.hpp"

namespace evmmem::tests {
namespace {

/// Until the end of a test; its thread's pool is empty before and after.
class Settings {
public:
    explicit Settings(SystemSettings wanted) {
        MemoryRegion::drop_pool();
        settings = wanted;
    }
    Settings(const Settings&) = delete;
    Settings& operator=(const Settings&) = delete;
    ~Settings() {
        MemoryRegion::drop_pool();
        settings = {};
    }
};

/// Beyond what a region of these tests holds.
constexpr std::uint64_t beyond = 1 << 20;

struct Random {
    std::uint64_t state;
    std::uint64_t operator()() { return splitmix64(state); }
};

/// Three frames with bytes; the last two are lazy or not.
Memory three_frames(bool are_lazy) {
    Memory memory;
    REQUIRE(memory.set_data(0, counting_bytes(300)));
    REQUIRE(memory.enter_frame());
    REQUIRE(memory.set_data(are_lazy ? 9000 : 0, counting_bytes(200, 3)));
    REQUIRE(memory.enter_frame());
    REQUIRE(memory.set_data(are_lazy ? 9000 : 0, counting_bytes(100, 5)));
    REQUIRE(memory.storage() == Storage::region);
    return memory;
}

}  // namespace

TEST_CASE("what set_data is given may be bytes that a handover moves") {
    const Settings small{{.regions_stay_small = true}};
    for (const bool are_lazy : {false, true}) {
        CAPTURE(are_lazy);
        const std::uint64_t at = are_lazy ? 9000 : 0;
        for (std::size_t frame = 0; frame < 3; ++frame) {
            CAPTURE(frame);
            const std::uint64_t from = frame == 0 ? 0 : at;
            const std::uint64_t len = 300 - 100 * frame;
            const auto expected = counting_bytes(len, 1 + 2 * frame);
            {
                Memory memory = three_frames(are_lazy);
                REQUIRE(memory.set_data(beyond, *memory.frame_slice(frame, from, len)));
                CHECK(memory.storage() == Storage::doubling);
                CHECK(bytes_at(memory, beyond, len) == expected);
            }
            {
                Memory memory = three_frames(are_lazy);
                REQUIRE(memory.set_data_bounded(beyond, *memory.frame_slice(frame, from, len), 10,
                                                len));
                CHECK(bytes_at(memory, beyond, len - 10) ==
                      bytes_of(std::span{expected}.subspan(10)));
                CHECK(memory.get_byte(beyond + len - 1) == 0);
            }
            {
                Memory memory = three_frames(are_lazy);
                const auto view = memory.frame_slice(frame, from, len);
                REQUIRE(memory.set_word(beyond, *reinterpret_cast<const Bytes32*>(view->data())));
                CHECK(bytes_at(memory, beyond, 32) == bytes_of(std::span{expected}.first(32)));
            }
        }
    }
}

TEST_CASE_TEMPLATE("restore may be given a parent's bytes that growing moves", Store, RegionStore,
                   DoublingStore) {
    const Settings small{{.regions_stay_small = true, .realloc_moves = true}};
    Memory memory = Store::make();
    const auto bytes = counting_bytes(4000);
    REQUIRE(memory.resize(61'000));
    REQUIRE(memory.enter_frame());
    REQUIRE(memory.set_data(0, bytes));
    REQUIRE(memory.enter_frame());
    REQUIRE(memory.set_byte(0, 1));
    REQUIRE(memory.storage() == Store::make().storage());
    REQUIRE(memory.restore(*memory.frame_slice(1, 0, 4000)));
    CHECK(memory.storage() == Storage::doubling);
    CHECK(bytes_at(memory, 0, 4000) == bytes);
    memory.leave_frame();
    CHECK(bytes_at(memory, 0, 4000) == bytes);
}

TEST_CASE_TEMPLATE("deep calls are entered wherever their frames are kept", Store, RegionStore,
                   DoublingStore) {
    const Settings moving{{.realloc_moves = true}};
    Memory memory = Store::make();
    for (std::size_t i = 1; i < Memory::frames_max; ++i) {
        REQUIRE(memory.set_word(32 * (i % 3), counting_word(i)));
        REQUIRE(memory.enter_frame());
        REQUIRE(memory.frame_count() == i + 1);
    }
    CHECK(memory.enter_frame() == std::unexpected{MemoryError::memory_limit_exceeded});
    for (std::size_t i = Memory::frames_max; --i > 0;) {
        memory.leave_frame();
        REQUIRE(memory.size() == 32 * (i % 3) + 32);
        REQUIRE(memory.get_word(32 * (i % 3)) == counting_word(i));
    }
}

TEST_CASE("a handover that is refused leaves memory, and the bytes that were to be written") {
    const Settings small{{.regions_stay_small = true}};
    for (std::uint64_t at = 0;; ++at) {
        CAPTURE(at);
        Memory memory = three_frames(true);
        for (int i = 0; i < 20; ++i)  // more frames than new doubling storage has room for
            REQUIRE(memory.enter_frame());
        fault = {.is_armed = true, .is_lasting = true, .at = at};
        const auto set = memory.set_data(beyond, *memory.frame_slice(1, 9000, 200));
        fault.is_armed = false;
        if (set) {
            CHECK(at > 2);
            CHECK(bytes_at(memory, beyond, 200) == counting_bytes(200, 3));
            break;
        }
        CHECK(set.error() == MemoryError::out_of_memory);
        CHECK(memory.size() == 0);
        CHECK(memory.storage() == Storage::region);
        CHECK(bytes_of(*memory.frame_slice(1, 9000, 200)) == counting_bytes(200, 3));
        REQUIRE(at < 100);
    }
}

TEST_CASE_TEMPLATE("random programs agree with the reference where growing always moves", Store,
                   RegionStore, DoublingStore) {
    const Settings small{{.regions_stay_small = true, .realloc_moves = true}};
    constexpr DifferentialShape shapes[] = {
        {.offset_max = 9000, .jump_max = 90'000, .length_max = 5000, .frames_max = 10},
        {.offset_max = 9000, .jump_max = 300'000, .length_max = 9000, .frames_max = 5},
        {.offset_max = 2000, .jump_max = 9000, .length_max = 500, .frames_max = 60},
        {.offset_max = 9000,
         .jump_max = 90'000,
         .length_max = 5000,
         .frames_max = 10,
         .limit = 80'000,
         .scope = LimitScope::all_frames},
    };
    std::uint64_t handovers = 0;
    for (const DifferentialShape& shape : shapes)
        for (std::uint64_t seed = 0; seed < 40; ++seed) {
            MemoryDifferential differential{shape, Random{seed * 0x10001 + 7}, Store::make};
            for (int step = 0; step < 300; ++step)
                if (const auto difference = differential.step()) {
                    FAIL_CHECK("seed " << seed << ", step " << step << ": " << *difference);
                    break;
                }
            handovers += differential.storage() == Storage::doubling ? 1 : 0;
        }
    CHECK(handovers > 40);
}

TEST_CASE("a word on each megabyte makes one page of each resident, huge pages or not") {
    void* probe = mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    const bool has_huge_pages = madvise(probe, 4096, MADV_HUGEPAGE) == 0;
    munmap(probe, 4096);
    if (!has_huge_pages) {
        MESSAGE("skipped: this system has no huge pages");
        return;
    }
    const Settings huge{{.has_huge_pages = true}};
    constexpr std::uint64_t size = 16 << 20;
    Memory memory;
    REQUIRE(memory.resize(size));
    for (std::uint64_t at = 0; at < size; at += 1 << 20)
        REQUIRE(memory.set_byte(at, 1));
    if (memory.storage() != Storage::region) {
        MESSAGE("skipped: there is no region here");
        return;
    }
    const auto page = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
    std::vector<unsigned char> pages(size / page);
    REQUIRE(mincore(memory.get_ptr_unsafe(0, 1), size, pages.data()) == 0);
    CHECK(std::ranges::count_if(pages, [](unsigned char state) { return (state & 1) != 0; }) == 16);
}

}  // namespace evmmem::tests
