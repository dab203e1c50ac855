// SPDX-License-Identifier: MIT
// Words in memory that is there already: in order, at random, each address from the last word; as
// an interpreter's MSTORE and MLOAD, and as calls of the library with a 64-bit offset.
#include <string>
#include <vector>

#include "interleaved.hpp"
#include "machines.hpp"

namespace evmmem::bench {
namespace {

constexpr std::uint64_t kib = 1024;
constexpr std::uint64_t mib = 1024 * kib;

std::string text_of(std::uint64_t size) {
    return size >= mib ? std::to_string(size / mib) + "M" : std::to_string(size / kib) + "K";
}

/// Random numbers that cost two instructions: only that they scatter matters.
std::uint64_t next(std::uint64_t& state) {
    state = state * 6364136223846793005 + 1442695040888963407;
    return state >> 33;
}

/// Every word of the memory is written; word i names the word that the chain visits after it, as an
/// offset.
auto filled(std::uint64_t size) {
    return [size](auto& machine) {
        const std::uint64_t words = size / word_size;
        machine.expand(size);
        // Sattolo's algorithm: one cycle through all words.
        std::vector<std::uint32_t> order(words);
        for (std::uint32_t i = 0; i < words; ++i)
            order[i] = i;
        std::uint64_t state = 1;
        for (std::uint64_t i = words - 1; i > 0; --i)
            std::swap(order[i], order[next(state) % i]);
        for (std::uint64_t i = 0; i < words; ++i)
            machine.mstore(i * word_size, Word{i, i * 3, i * 5, order[i] * word_size});
    };
}

auto store_in_order(std::uint64_t size) {
    return [size](auto& machine) {
        Word stack[2]{0, Word{1, 2, 3, 4}};
        for (std::uint64_t at = 0; at < size; at += word_size) {
            stack[0] = at;
            clobber(stack);
            machine.mstore(stack[0], stack[1]);
        }
        machine.mload(size / 2, stack[1]);
        return fold(0, stack[1]);
    };
}

auto load_in_order(std::uint64_t size) {
    return [size](auto& machine) {
        Word stack[2]{};
        std::uint64_t seen = 0;
        for (std::uint64_t at = 0; at < size; at += word_size) {
            stack[0] = at;
            clobber(stack);
            machine.mload(stack[0], stack[1]);
            clobber(stack);
            seen += stack[1].limbs[0];
        }
        return seen;
    };
}

constexpr std::uint64_t random_accesses = 4096;

auto store_at_random(std::uint64_t size) {
    return [size](auto& machine) {
        Word stack[2]{0, Word{1, 2, 3, 4}};
        std::uint64_t state = 7;
        for (std::uint64_t i = 0; i < random_accesses; ++i) {
            stack[0] = next(state) % (size / word_size) * word_size;
            clobber(stack);
            machine.mstore(stack[0], stack[1]);
        }
        return std::uint64_t{0};
    };
}

auto load_at_random(std::uint64_t size) {
    return [size](auto& machine) {
        Word stack[2]{};
        std::uint64_t seen = 0;
        std::uint64_t state = 7;
        for (std::uint64_t i = 0; i < random_accesses; ++i) {
            stack[0] = next(state) % (size / word_size) * word_size;
            clobber(stack);
            machine.mload(stack[0], stack[1]);
            clobber(stack);
            seen += stack[1].limbs[0];
        }
        return seen;
    };
}

auto load_in_chain() {
    return [](auto& machine) {
        Word stack[1]{};
        for (std::uint64_t i = 0; i < random_accesses; ++i) {
            machine.mload(stack[0], stack[0]);
            clobber(stack);
            stack[0] = stack[0].limbs[0];
        }
        return fold(0, stack[0]);
    };
}

// ---- as a library ---------------------------------------------------------------------------

/// The loop alone, on evmmem or on a plain buffer; `access(i)` touches word i.
template <typename Access>
[[gnu::always_inline]] inline void each_word(std::uint64_t size, Access access) {
    for (std::uint64_t at = 0; at < size; at += word_size)
        access(at);
}

struct Buffers {
    explicit Buffers(std::uint64_t size) : raw(size, 1) {
        static_cast<void>(memory.resize(size));
        for (std::uint64_t at = 0; at < size; at += word_size)
            static_cast<void>(memory.set_word(at, counting()));
        for (std::uint64_t at = 0; at < size; at += word_size)
            std::memcpy(raw.data() + at, counting().data(), word_size);
    }
    static Bytes32 counting() {
        Bytes32 bytes{};
        for (std::uint8_t i = 0; i < 32; ++i)
            bytes[i] = i;
        return bytes;
    }
    Memory memory;
    std::vector<std::uint8_t> raw;
};

Workload store_bytes(std::uint64_t size, bool as_limbs) {
    auto buffers = std::make_shared<Buffers>(size);
    const double words = static_cast<double>(size / word_size);
    Workload workload{words};
    workload.contenders.push_back(
        {"evmmem", Contender::Role::ours, [=] {
             Bytes32 bytes = Buffers::counting();
             Word word{1, 2, 3, 4};
             if (as_limbs)
                 each_word(size, [&](std::uint64_t at) {
                     clobber(word);
                     static_cast<void>(buffers->memory.set_u256(at, word));
                 });
             else
                 each_word(size, [&](std::uint64_t at) {
                     clobber(bytes);
                     static_cast<void>(buffers->memory.set_word(at, bytes));
                 });
             return std::uint64_t{0};
         }});
    workload.contenders.push_back({"flat", Contender::Role::floor, [=] {
                                       Bytes32 bytes = Buffers::counting();
                                       each_word(size, [&](std::uint64_t at) {
                                           clobber(bytes);
                                           std::memcpy(buffers->raw.data() + at, bytes.data(),
                                                       word_size);
                                       });
                                       return std::uint64_t{0};
                                   }});
    if (as_limbs)
        workload.vs_floor_max = 1.6;
    else
        workload.vs_floor_max = size >= 64 * kib ? 1.1 : 1.3;
    return workload;
}

Workload load_bytes(std::uint64_t size, bool as_limbs) {
    auto buffers = std::make_shared<Buffers>(size);
    Workload workload{static_cast<double>(size / word_size)};
    workload.contenders.push_back(
        {"evmmem", Contender::Role::ours, [=] {
             Bytes32 bytes{};
             Word word;
             if (as_limbs)
                 each_word(size, [&](std::uint64_t at) {
                     static_cast<void>(buffers->memory.get_u256(at, word));
                     clobber(word);
                 });
             else
                 each_word(size, [&](std::uint64_t at) {
                     static_cast<void>(buffers->memory.get_word(at, bytes));
                     clobber(bytes);
                 });
             return std::uint64_t{0};
         }});
    workload.contenders.push_back({"flat", Contender::Role::floor, [=] {
                                       Bytes32 bytes{};
                                       each_word(size, [&](std::uint64_t at) {
                                           std::memcpy(bytes.data(), buffers->raw.data() + at,
                                                       word_size);
                                           clobber(bytes);
                                       });
                                       return std::uint64_t{0};
                                   }});
    if (as_limbs)
        workload.vs_floor_max = 1.4;
    else
        workload.vs_floor_max = size >= 64 * kib ? 1.1 : 1.3;
    return workload;
}

}  // namespace

void add_all() {
    for (const std::uint64_t size : {4 * kib, 64 * kib, mib}) {
        const double words = static_cast<double>(size / word_size);
        add("access/store-in-order/" + text_of(size), [=] {
            Workload workload = prepared_workload(words, size, filled(size), store_in_order(size));
            workload.ns_max = 32;  // 1 GB/s
            return workload;
        });
        add("access/load-in-order/" + text_of(size), [=] {
            Workload workload = prepared_workload(words, size, filled(size), load_in_order(size));
            workload.ns_max = 32;
            return workload;
        });
        for (const bool as_limbs : {false, true}) {
            const std::string kind = as_limbs ? "u256" : "bytes";
            add("library/store-" + kind + "/" + text_of(size),
                [=] { return store_bytes(size, as_limbs); });
            add("library/load-" + kind + "/" + text_of(size),
                [=] { return load_bytes(size, as_limbs); });
        }
    }
    for (const std::uint64_t size : {64 * kib, mib, 64 * mib}) {
        const auto sized = [size](auto workload) {
            if (size < 64 * mib) workload.ns_max = 50;
            return workload;
        };
        add("access/store-at-random/" + text_of(size), [=] {
            return sized(
                prepared_workload(random_accesses, size, filled(size), store_at_random(size)));
        });
        add("access/load-at-random/" + text_of(size), [=] {
            return sized(
                prepared_workload(random_accesses, size, filled(size), load_at_random(size)));
        });
        add("access/load-in-chain/" + text_of(size), [=] {
            return sized(prepared_workload(random_accesses, size, filled(size), load_in_chain()));
        });
    }
}

}  // namespace evmmem::bench
