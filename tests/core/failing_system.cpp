// SPDX-License-Identifier: MIT
#include "failing_system.hpp"

#include <malloc.h>
#include <sys/mman.h>

#include <cstdlib>
#include <cstring>
#include <new>

namespace evmmem::tests {

constinit Fault fault;
constinit SystemSettings settings;

}  // namespace evmmem::tests

namespace {

using evmmem::tests::fault;
using evmmem::tests::settings;

constinit void* last_mapping = nullptr;

void* mapped(void* at, std::size_t size) {
    last_mapping = at;
    if (settings.has_huge_pages && at != MAP_FAILED) madvise(at, size, MADV_HUGEPAGE);
    return at;
}

}  // namespace

// NOLINTBEGIN: the names are the linker's.
extern "C" {

void* __real_malloc(std::size_t size);
void* __real_calloc(std::size_t count, std::size_t size);
void* __real_realloc(void* block, std::size_t size);
void* __real_mmap(void* at, std::size_t size, int protection, int flags, int file, long offset);
void* __real_mmap64(void* at, std::size_t size, int protection, int flags, int file, long offset);
int __real_mprotect(void* at, std::size_t size, int protection);

void* __wrap_malloc(std::size_t size) {
    return fault.strikes() ? nullptr : __real_malloc(size);
}
void* __wrap_calloc(std::size_t count, std::size_t size) {
    return fault.strikes() ? nullptr : __real_calloc(count, size);
}
void* __wrap_realloc(void* block, std::size_t size) {
    if (fault.strikes()) return nullptr;
    if (!settings.realloc_moves || block == nullptr) return __real_realloc(block, size);
    void* const moved = __real_malloc(size);
    if (moved == nullptr) return nullptr;
    const std::size_t had = malloc_usable_size(block);
    std::memcpy(moved, block, had < size ? had : size);
    std::memset(block, 0xdd, had);
    std::free(block);
    return moved;
}
void* __wrap_mmap(void* at, std::size_t size, int protection, int flags, int file, long offset) {
    if (fault.strikes(true)) return MAP_FAILED;
    return mapped(__real_mmap(at, size, protection, flags, file, offset), size);
}
void* __wrap_mmap64(void* at, std::size_t size, int protection, int flags, int file, long offset) {
    if (fault.strikes(true)) return MAP_FAILED;
    return mapped(__real_mmap64(at, size, protection, flags, file, offset), size);
}
int __wrap_mprotect(void* at, std::size_t size, int protection) {
    if (fault.strikes(true) || (settings.regions_stay_small && at != last_mapping)) return -1;
    return __real_mprotect(at, size, protection);
}

// operator new, plain and with std::nothrow.
void* __real__Znwm(std::size_t size);
void* __real__ZnwmRKSt9nothrow_t(std::size_t size, const std::nothrow_t& tag);
void* __wrap__Znwm(std::size_t size) {
    if (fault.strikes()) throw std::bad_alloc{};
    return __real__Znwm(size);
}
void* __wrap__ZnwmRKSt9nothrow_t(std::size_t size, const std::nothrow_t& tag) {
    return fault.strikes() ? nullptr : __real__ZnwmRKSt9nothrow_t(size, tag);
}

}  // extern "C"
// NOLINTEND
