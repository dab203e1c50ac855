// SPDX-License-Identifier: MIT
// MCOPY and CALLDATACOPY in memory that is there already, against memmove and memcpy in a plain
// buffer.
#include <string>
#include <vector>

#include "interleaved.hpp"
#include "machines.hpp"

namespace evmmem::bench {
namespace {

constexpr std::uint64_t kib = 1024;
constexpr std::uint64_t mib = 1024 * kib;

std::string text_of(std::uint64_t size) {
    if (size >= mib) return std::to_string(size / mib) + "M";
    return size >= kib ? std::to_string(size / kib) + "K" : std::to_string(size);
}

auto filled(std::uint64_t size) {
    return [size](auto& machine) {
        machine.expand(size);
        for (std::uint64_t at = 0; at < size; at += word_size)
            machine.mstore(at, Word{at, at * 3, at * 5, 1});
    };
}

/// Copies to and fro, so that what is there does not change from run to run.
auto mcopy(std::uint64_t target, std::uint64_t source, std::uint64_t len) {
    return [=](auto& machine) {
        Word stack[3]{target, source, len};
        clobber(stack);
        machine.mcopy(stack[0], stack[1], stack[2]);
        clobber(stack);
        machine.mload(0, stack[0]);
        return fold(0, stack[0]);
    };
}

auto calldatacopy(std::uint64_t len, std::uint64_t available) {
    auto data = std::make_shared<std::vector<std::uint8_t>>(available, std::uint8_t{0x5a});
    return [=](auto& machine) {
        Word stack[3]{32, 0, len};
        clobber(stack);
        machine.calldatacopy(stack[0], stack[1], stack[2], *data);
        clobber(stack);
        machine.mload(len, stack[0]);
        return fold(0, stack[0]);
    };
}

void promise(Workload& workload, std::uint64_t len, double gb_a_second) {
    // The floor differs from the copy by the checks, 1 to 2 ns: much of 32 bytes, nothing of 64
    // KiB.
    workload.vs_floor_max = len >= 64 * kib ? 1.05 : len >= kib ? 1.3 : 0;
    if (len >= mib) workload.ns_max = static_cast<double>(len) / gb_a_second;
}

}  // namespace

void add_all() {
    for (const std::uint64_t len : {std::uint64_t{32}, kib, 64 * kib, mib, 16 * mib}) {
        struct Case {
            const char* name;
            std::uint64_t target, source;
        };
        for (const Case& c : {Case{"disjoint", 64 + len, 64}, Case{"overlap-up", 160, 64},
                              Case{"overlap-down", 64, 160}})
            add("copy/mcopy-" + std::string{c.name} + "/" + text_of(len), [=] {
                const std::uint64_t size = 2 * len + 1024;
                Workload workload =
                    prepared_workload(1, size, filled(size), mcopy(c.target, c.source, len));
                promise(workload, len, 5);
                return workload;
            });
    }
    for (const std::uint64_t len : {std::uint64_t{32}, std::uint64_t{100}, kib, 24 * kib, mib})
        for (const bool is_full : {true, false})
            add("copy/calldatacopy-" + std::string{is_full ? "full" : "half-zero"} + "/" +
                    text_of(len),
                [=] {
                    const std::uint64_t size = len / 32 * 32 + 128;
                    Workload workload = prepared_workload(
                        1, size, filled(size), calldatacopy(len, is_full ? len : len / 2));
                    promise(workload, len, 5);
                    return workload;
                });
}

}  // namespace evmmem::bench
