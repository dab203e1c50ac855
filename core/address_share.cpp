// SPDX-License-Identifier: MIT
#include "address_share.hpp"

#include <atomic>
#include <charconv>
#include <optional>

#if __has_include(<sys/resource.h>)
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>
#define EVMMEM_HAS_RLIMIT 1
#endif

namespace evmmem {
namespace {

// Of all threads. They only bound what is taken: a thread that reads one a moment too early takes a
// little more.
constinit std::atomic<std::uint64_t> reserved_bytes = 0;
constinit std::atomic<std::size_t> region_count = 0;

/// Addresses that a process of this system has: those below the next power of two after its stack.
std::uint64_t all_addresses() {
    const char on_stack = 0;
    return std::bit_ceil(reinterpret_cast<std::uintptr_t>(&on_stack));
}

#if defined(EVMMEM_HAS_RLIMIT)

/// Bytes of addresses that the process uses, as RLIMIT_AS counts them.
std::optional<std::uint64_t> used_addresses() {
    const int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    if (file < 0) return std::nullopt;
    char text[128];
    const ssize_t count = read(file, text, sizeof text);
    close(file);
    std::uint64_t pages = 0;
    if (count <= 0 || std::from_chars(text, text + count, pages).ec != std::errc{})
        return std::nullopt;
    return pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

/// What RLIMIT_AS leaves; nothing when that cannot be known.
std::optional<std::uint64_t> left_addresses(std::uint64_t reserved) {
    rlimit limit{};
    if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return all_addresses() - reserved;
    const auto used = used_addresses();
    if (!used) return std::nullopt;
    return limit.rlim_cur - std::min<std::uint64_t>(limit.rlim_cur, *used);
}

#else

std::optional<std::uint64_t> left_addresses(std::uint64_t reserved) {
    return all_addresses() - reserved;
}

#endif

}  // namespace

std::uint64_t address_share_now() {
    const std::uint64_t reserved = reserved_bytes.load(std::memory_order_relaxed);
    const auto left = left_addresses(reserved);
    return left ? address_share(*left, reserved) : 0;
}

bool count_region(std::uint64_t bytes) {
    if (region_count.fetch_add(1, std::memory_order_relaxed) >= regions_max) {
        region_count.fetch_sub(1, std::memory_order_relaxed);
        return false;
    }
    reserved_bytes.fetch_add(bytes, std::memory_order_relaxed);
    return true;
}

void uncount_region(std::uint64_t bytes) {
    region_count.fetch_sub(1, std::memory_order_relaxed);
    reserved_bytes.fetch_sub(bytes, std::memory_order_relaxed);
}

}  // namespace evmmem
