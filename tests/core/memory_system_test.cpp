// SPDX-License-Identifier: MIT
// Under limits of the system: address space (RLIMIT_AS), which the host program must keep most of,
// data (RLIMIT_DATA, which also is what a system without overcommitment looks like: addresses are
// free, making them writable is not), and memory that is locked. Each case runs in a child process,
// whose exit code says which line failed.
#include <doctest/doctest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include "core/memory.hpp"
#include "core/memory_region.hpp"
#include "memory_stores.hpp"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define EVMMEM_SANITIZED 1
#endif

namespace evmmem::tests {
namespace {

constexpr std::uint64_t mib = 1 << 20;

/// Runs `body` in a child that may have `limit` bytes of `resource`. Returns 0, or what the body
/// returned.
template <typename Body>
int limited(__rlimit_resource resource, std::uint64_t limit, Body body) {
    const pid_t child = fork();
    if (child == 0) {
        MemoryRegion::drop_pool();
        const rlimit both{limit, limit};
        if (setrlimit(resource, &both) != 0) _exit(250);
        _exit(body());
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

/// Writes and reads in three frames. Returns 0 when all was right.
[[maybe_unused]] int use(Memory& memory) {
    if (!memory.set_word(100, counting_word())) return 1;
    if (!memory.enter_frame()) return 2;
    if (!memory.set_word(3 * mib, counting_word(2))) return 3;
    if (!memory.enter_frame()) return 4;
    if (!memory.set_data(0, counting_bytes(5000))) return 5;
    memory.leave_frame();
    if (memory.get_word(3 * mib) != counting_word(2)) return 6;
    if (memory.get_word(2 * mib) != Bytes32{}) return 7;
    memory.leave_frame();
    return memory.get_word(100) == counting_word() ? 0 : 8;
}

/// Bytes of addresses in use, as RLIMIT_AS counts them.
[[maybe_unused]] std::uint64_t used_addresses() {
    std::uint64_t pages = 0;
    std::ifstream{"/proc/self/statm"} >> pages;
    return pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

/// Bytes that a line of /proc/self/status counts, in KiB there.
[[maybe_unused]] std::uint64_t status_bytes(const std::string& name) {
    std::ifstream status{"/proc/self/status"};
    for (std::string word; status >> word;)
        if (std::uint64_t kib = 0; word == name + ":" && status >> kib) return kib << 10;
    return 0;
}

[[maybe_unused]] std::size_t mappings() {
    std::ifstream maps{"/proc/self/maps"};
    std::size_t count = 0;
    for (std::string line; std::getline(maps, line);)
        ++count;
    return count;
}

/// Memories of one byte each. Returns 0 when all of them have it.
[[maybe_unused]] int make_many(std::vector<Memory>& memories, std::size_t count) {
    memories.reserve(count);
    for (std::size_t i = 0; i < count; ++i)
        if (!memories.emplace_back().set_byte(i % 100, static_cast<std::uint8_t>(1 + i % 255)))
            return 1;
    for (std::size_t i = 0; i < count; ++i)
        if (memories[i].get_byte(i % 100) != 1 + i % 255) return 2;
    return 0;
}

/// Whether the host program can have so many bytes, in one piece.
[[maybe_unused]] bool can_have(std::uint64_t bytes) {
    void* block = std::malloc(bytes);
    std::free(block);
    return block != nullptr;
}

}  // namespace

#if !defined(EVMMEM_SANITIZED)

TEST_CASE("however many memories there are, most addresses stay the host program's") {
    CHECK(limited(RLIMIT_AS, 8192 * mib, [] {
              std::vector<Memory> memories;
              for (const std::size_t count : {10, 100, 1000, 10'000, 60'000}) {
                  memories.clear();
                  MemoryRegion::drop_pool();
                  if (const int line = make_many(memories, count)) return line;
                  if (!can_have(5000 * mib)) return 3;
              }
              if (memories.front().storage() != Storage::region) return 4;
              if (memories.back().storage() != Storage::doubling) return 5;
              return mappings() < 1000 ? 0 : 6;
          }) == 0);
}

TEST_CASE("however many memories there are, most mappings stay the host program's") {
    CHECK(limited(RLIMIT_CORE, 0, [] {
              std::vector<Memory> memories;
              if (const int line = make_many(memories, 60'000)) return line;
              if (memories[1000].storage() != Storage::region) return 3;
              if (mappings() > 5000) return 4;
              if (used_addresses() > std::uint64_t{5} << 40) return 5;
              // What they have is counted again when they are gone.
              memories.clear();
              MemoryRegion::drop_pool();
              if (mappings() > 500) return 6;
              Memory memory;
              if (const int line = use(memory)) return 10 + line;
              return memory.storage() == Storage::region ? 0 : 7;
          }) == 0);
}

TEST_CASE("a memory that is hardly used takes few writable addresses, and few pages") {
    CHECK(limited(RLIMIT_CORE, 0, [] {
              const std::uint64_t data = status_bytes("VmData");
              const std::uint64_t resident = status_bytes("RssAnon");
              std::vector<Memory> memories(100);
              for (Memory& memory : memories)
                  if (!memory.set_byte(0, 1) || memory.storage() != Storage::region) return 1;
              // A region's own state, of which most is never touched, and 64 KiB.
              if (status_bytes("VmData") - data > 100 * 2 * mib) return 2;
              return status_bytes("RssAnon") - resident < 100 * 20 * 1024 ? 0 : 3;
          }) == 0);
}

TEST_CASE("where memory is locked as it is mapped, memories keep to what they use") {
    // 99 when this process may not lock that much: a region would then be refused, and not be
    // noticed.
    const int outcome = limited(RLIMIT_CORE, 0, [] {
        const std::uint64_t resident = status_bytes("RssAnon");
        rlimit locked{};
        getrlimit(RLIMIT_MEMLOCK, &locked);
        locked.rlim_cur = locked.rlim_max;
        setrlimit(RLIMIT_MEMLOCK, &locked);
        if (geteuid() != 0 && locked.rlim_cur < std::uint64_t{8} << 30) return 99;
        if (mlockall(MCL_FUTURE) != 0) return 99;
        Memory memory;
        if (!memory.set_byte(0, 1)) return 1;
        if (memory.storage() != Storage::doubling) return 2;
        if (status_bytes("RssAnon") - resident > mib) return 3;
        munlockall();
        Memory unlocked;
        if (!unlocked.set_byte(0, 1)) return 4;
        return unlocked.storage() == Storage::region ? 0 : 5;
    });
    if (outcome == 99)
        MESSAGE("skipped: this process may not lock memory");
    else
        CHECK(outcome == 0);
}

TEST_CASE("what is locked later is no more of a region than is usable") {
    const int outcome = limited(RLIMIT_CORE, 0, [] {
        Memory memory;
        if (!memory.set_byte(0, 1) || memory.storage() != Storage::region) return 1;
        const std::uint64_t resident = status_bytes("RssAnon");
        if (mlockall(MCL_CURRENT) != 0) return 99;
        return status_bytes("RssAnon") - resident < 32 * mib ? 0 : 2;
    });
    if (outcome == 99)
        MESSAGE("skipped: this process may not lock memory");
    else
        CHECK(outcome == 0);
}

TEST_CASE("with little address space the region is a smaller one, and then doubling storage") {
    struct Case {
        std::uint64_t limit;
        Storage storage;
    };
    for (const Case& c : {Case{2048 * mib, Storage::region}, Case{700 * mib, Storage::region},
                          Case{300 * mib, Storage::region}, Case{60 * mib, Storage::doubling}}) {
        CAPTURE(c.limit);
        CHECK(limited(RLIMIT_AS, c.limit, [&] {
                  const std::uint64_t before = used_addresses();
                  Memory memory;
                  if (!memory.set_word(0, counting_word())) return 19;
                  if (memory.storage() != c.storage) return 20;
                  if (used_addresses() - before > c.limit / 16 + 4 * mib) return 21;
                  memory.reset();
                  return use(memory);
              }) == 0);
    }
}

TEST_CASE("a region that gets too small hands its frames over to doubling storage") {
    CHECK(limited(RLIMIT_AS, 900 * mib, [] {
              Memory memory;
              if (!memory.set_data(0, counting_bytes(1000))) return 1;
              if (!memory.enter_frame()) return 2;
              if (!memory.set_word(70'000, counting_word(3))) return 3;
              if (!memory.enter_frame()) return 4;
              if (!memory.set_word(9'000'000, counting_word(4))) return 5;
              if (memory.storage() != Storage::region) return 6;
              if (!memory.resize(300 * mib)) return 7;
              if (memory.storage() != Storage::doubling) return 8;
              if (memory.frame_count() != 3 || memory.size() != 300 * mib) return 9;
              if (memory.get_word(9'000'000) != counting_word(4)) return 10;
              if (memory.get_word(200 * mib) != Bytes32{}) return 11;
              memory.leave_frame();
              if (memory.get_word(70'000) != counting_word(3)) return 12;
              if (!all_zero(*memory.get_slice(0, 70'000))) return 13;
              memory.leave_frame();
              return bytes_of(*memory.get_slice(0, 1000)) == counting_bytes(1000) ? 0 : 14;
          }) == 0);
}

TEST_CASE("what the system refuses is out_of_memory and changes nothing") {
    for (const auto resource : {RLIMIT_AS, RLIMIT_DATA})
        CHECK(limited(resource, 100 * mib, [] {
                  Memory memory;
                  if (const int line = use(memory)) return line;
                  const std::uint64_t size = memory.size();
                  if (memory.resize(300 * mib) != std::unexpected{MemoryError::out_of_memory})
                      return 30;
                  if (memory.size() != size) return 31;
                  return memory.get_word(100) == counting_word() ? 0 : 32;
              }) == 0);
}

TEST_CASE(
    "where writable memory is accounted strictly the region is made writable as it is needed") {
    CHECK(limited(RLIMIT_DATA, 64 * mib, [] {
              Memory memory;
              if (const int line = use(memory)) return line;
              if (memory.storage() != Storage::region) return 40;
              return memory.capacity() < 16 * mib ? 0 : 41;
          }) == 0);
}

#else

TEST_CASE("limits of the system are not tested under a sanitizer, which needs the address space") {
    MESSAGE("skipped");
}

#endif

}  // namespace evmmem::tests
