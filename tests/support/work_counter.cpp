// SPDX-License-Identifier: MIT
// The compiler (-fsanitize-coverage=trace-pc) calls a function in every basic block, and the linker
// (--wrap) leads the calls of the C library through these.
#include "work_counter.hpp"

#include <cstddef>
#include <cstring>

namespace {

constinit thread_local evmmem::test::Work work;

}  // namespace

// NOLINTBEGIN: the names are the linker's.
extern "C" {

void __wrap___sanitizer_cov_trace_pc() {
    ++work.code;
}

#define EVMMEM_COUNTED(name, result, ...) \
    result __real_##name(__VA_ARGS__);    \
    result __wrap_##name(__VA_ARGS__)

EVMMEM_COUNTED(memcpy, void*, void* target, const void* source, std::size_t size) {
    work.bytes += size;
    return __real_memcpy(target, source, size);
}
EVMMEM_COUNTED(memmove, void*, void* target, const void* source, std::size_t size) {
    work.bytes += size;
    return __real_memmove(target, source, size);
}
EVMMEM_COUNTED(memset, void*, void* target, int value, std::size_t size) {
    work.bytes += size;
    return __real_memset(target, value, size);
}
EVMMEM_COUNTED(memcmp, int, const void* a, const void* b, std::size_t size) {
    work.bytes += size;
    return __real_memcmp(a, b, size);
}
EVMMEM_COUNTED(memchr, void*, const void* text, int value, std::size_t size) {
    void* const found = __real_memchr(text, value, size);
    work.bytes += found == nullptr ? size
                                   : static_cast<std::size_t>(static_cast<const char*>(found) -
                                                              static_cast<const char*>(text));
    return found;
}
EVMMEM_COUNTED(_Znwm, void*, std::size_t size) {
    work.allocated += size;
    return __real__Znwm(size);
}
#if defined(EVMMEM_COUNTS_ASAN)
// What the address sanitizer makes of the same calls.
EVMMEM_COUNTED(__asan_memcpy, void*, void* target, const void* source, std::size_t size) {
    work.bytes += size;
    return __real___asan_memcpy(target, source, size);
}
EVMMEM_COUNTED(__asan_memmove, void*, void* target, const void* source, std::size_t size) {
    work.bytes += size;
    return __real___asan_memmove(target, source, size);
}
EVMMEM_COUNTED(__asan_memset, void*, void* target, int value, std::size_t size) {
    work.bytes += size;
    return __real___asan_memset(target, value, size);
}
#endif

}  // extern "C"
// NOLINTEND

namespace evmmem::test {

Work work_so_far() {
    return work;
}

}  // namespace evmmem::test
