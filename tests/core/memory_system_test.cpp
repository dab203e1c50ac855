// SPDX-License-Identifier: MIT
// Under limits of the system: address space (RLIMIT_AS) and data (RLIMIT_DATA, which also is what a
// system without overcommitment looks like: addresses are free, making them writable is not). Each
// case runs in a child process, whose exit code tells the line that failed.
#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>

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

}  // namespace

#if !defined(EVMMEM_SANITIZED)

TEST_CASE("with little address space the region is a smaller one, and then doubling storage") {
    struct Case {
        std::uint64_t limit;
        Storage storage;
        std::uint64_t capacity_max;
    };
    for (const Case& c :
         {Case{2048 * mib, Storage::region, 1024 * mib},
          Case{700 * mib, Storage::region, 256 * mib}, Case{160 * mib, Storage::region, 64 * mib},
          Case{60 * mib, Storage::doubling, 60 * mib}}) {
        CAPTURE(c.limit);
        CHECK(limited(RLIMIT_AS, c.limit, [&] {
                  Memory memory;
                  if (const int line = use(memory)) return line;
                  if (memory.storage() != c.storage) return 20;
                  return memory.capacity() <= c.capacity_max ? 0 : 21;
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
