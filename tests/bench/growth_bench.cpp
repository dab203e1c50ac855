// SPDX-License-Identifier: MIT
// Growing: from nothing, in small steps, in one jump that is then touched nowhere, at its last
// word, once a page, or everywhere; and sparsely. "fresh" makes a memory for every run, "reused"
// keeps one.
#include <string>

#include "interleaved.hpp"
#include "machines.hpp"

namespace evmmem::bench {
namespace {

constexpr std::uint64_t kib = 1024;
constexpr std::uint64_t mib = 1024 * kib;

enum class Touch { none, last, page, all };

std::string name(Touch touch) {
    switch (touch) {
        case Touch::none: return "untouched";
        case Touch::last: return "last-word";
        case Touch::page: return "every-page";
        case Touch::all: return "every-word";
    }
    return {};
}

std::string text_of(std::uint64_t size) {
    if (size % mib == 0) return std::to_string(size / mib) + "M";
    if (size % kib == 0) return std::to_string(size / kib) + "K";
    return std::to_string(size);
}

/// One jump to `size`, then stores at the stride of `touch`.
template <typename Machine>
[[gnu::always_inline]] inline std::uint64_t jump(Machine& machine, std::uint64_t size,
                                                 Touch touch) {
    Word stack[2]{size, Word{1, 2, 3, 4}};
    clobber(stack);
    machine.expand(stack[0]);
    if (touch == Touch::none) return 0;
    const std::uint64_t step = touch == Touch::all ? word_size : touch == Touch::page ? 4096 : size;
    for (std::uint64_t end = step; end <= size; end += step) {
        stack[0] = end - word_size;
        clobber(stack);
        machine.mstore(stack[0], stack[1]);
    }
    stack[0] = size - word_size;
    clobber(stack);
    machine.mload(stack[0], stack[1]);
    return fold(0, stack[1]);
}

template <Touch touch>
auto jump_body(std::uint64_t size) {
    return [size](auto& machine) { return jump(machine, size, touch); };
}

template <Touch touch>
void add_jump(std::uint64_t size) {
    const std::string suffix = text_of(size) + "/" + name(touch);
    add("growth/reused/" + suffix, [size] {
        Workload workload = reused_workload(1, size, jump_body<touch>(size));
        if (touch == Touch::none) {
            workload.vs_best_min = size >= mib - 32    ? 500
                                   : size >= 256 * kib ? 100
                                   : size >= 64 * kib  ? 30
                                                       : 1;
            workload.ns_max = 100;
        } else if (touch == Touch::last) {
            workload.vs_best_min = size >= mib - 32    ? 150
                                   : size >= 256 * kib ? 30
                                   : size >= 64 * kib  ? 8
                                                       : 1;
            workload.ns_max = size < mib ? (size < kib ? 100 : 1000) : 0;
        } else {
            workload.vs_best_min = 0.9;
        }
        return workload;
    });
    if (touch == Touch::all) return;
    add("growth/fresh/" + suffix, [size] {
        Workload workload = fresh_workload(1, jump_body<touch>(size));
        workload.vs_best_min = touch == Touch::page ? 0.9 : 1;
        workload.ns_max = touch == Touch::page || size >= mib ? 0 : size < kib ? 100 : 1000;
        return workload;
    });
}

/// 32 bytes at a time, each written.
auto steps_body(std::uint64_t size) {
    return [size](auto& machine) {
        Word stack[2]{0, Word{1, 2, 3, 4}};
        for (std::uint64_t at = 0; at < size; at += word_size) {
            stack[0] = at;
            clobber(stack);
            machine.mstore(stack[0], stack[1]);
        }
        return std::uint64_t{0};
    };
}

/// A word every `stride` bytes, upwards, each access growing the memory.
auto sparse_body(std::uint64_t size, std::uint64_t stride) {
    return [size, stride](auto& machine) {
        Word stack[2]{0, Word{1, 2, 3, 4}};
        stack[0] = size - word_size;
        clobber(stack);
        machine.mstore(stack[0], stack[1]);
        for (std::uint64_t at = 0; at < size; at += stride) {
            stack[0] = at;
            clobber(stack);
            machine.mstore(stack[0], stack[1]);
        }
        return std::uint64_t{0};
    };
}

/// 1 GiB, which the reference would take too long for: the answer is worked out here.
Workload gibibyte(Touch touch) {
    using enum Contender::Role;
    constexpr std::uint64_t size = 1024 * mib;
    Workload workload;
    const auto body = [touch](auto& machine) {
        return touch == Touch::none ? jump(machine, size, Touch::none)
                                    : jump(machine, size, Touch::last);
    };
    const std::uint64_t seen = touch == Touch::none ? 0 : fold(0, Word{1, 2, 3, 4});
    workload.expected = fold(fold(seen, *memory_cost(size / word_size)), size);
    workload.contenders = {reused<EvmmemMachine>(ours, body), reused<DoublingMachine>(rival, body)};
    workload.vs_best_min = 500;
    workload.ns_max = touch == Touch::none ? 100 : 0;
    return workload;
}

}  // namespace

void add_all() {
    for (const std::uint64_t size : {std::uint64_t{32}, 992 * std::uint64_t{1}, 4 * kib, 32 * kib,
                                     64 * kib, 256 * kib, mib - 32, 16 * mib}) {
        add_jump<Touch::none>(size);
        add_jump<Touch::last>(size);
        if (size >= 32 * kib) add_jump<Touch::page>(size);
        add_jump<Touch::all>(size);
    }
    add("growth/reused/1G/untouched", [] { return gibibyte(Touch::none); });
    add("growth/reused/1G/last-word", [] { return gibibyte(Touch::last); });
    for (const std::uint64_t size : {kib, 4 * kib, 64 * kib, mib})
        add("growth/steps/" + text_of(size), [size] {
            Workload workload =
                reused_workload(static_cast<double>(size / word_size), size, steps_body(size));
            workload.vs_best_min = 1.1;
            return workload;
        });
    for (const std::uint64_t stride : {4 * kib, 64 * kib}) {
        add("growth/sparse-fresh/16M/" + text_of(stride), [stride] {
            return fresh_workload(static_cast<double>(16 * mib / stride),
                                  sparse_body(16 * mib, stride));
        });
        add("growth/sparse-reused/16M/" + text_of(stride), [stride] {
            Workload workload = reused_workload(static_cast<double>(16 * mib / stride), 16 * mib,
                                                sparse_body(16 * mib, stride));
            workload.vs_best_min = stride == 64 * kib ? 25 : 1;
            return workload;
        });
    }
}

}  // namespace evmmem::bench
