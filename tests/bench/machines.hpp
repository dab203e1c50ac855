// SPDX-License-Identifier: MIT
// The memory instructions of an interpreter on each memory that is compared: operands are 256-bit
// words on a stack in memory, growth is charged, and what an instruction does is inlined into the
// loop. One Machine is one memory and its gas; workloads are templates over machines.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <type_traits>

#if defined(__SSSE3__)
#include <immintrin.h>
#endif

#include "app/backends/appended_memory.hpp"
#include "app/backends/checkpointed_memory.hpp"
#include "app/backends/doubling_memory.hpp"
#include "app/backends/flat_memory.hpp"
#include "core/memory.hpp"
#include "interleaved.hpp"
#include "tests/support/reference_memory.hpp"

namespace evmmem::bench {

/// A word's limbs swapped one by one, as evmmem and revm's default build do it.
struct ScalarOrder {
    static void store(std::uint8_t* target, const Word& word) { store_word(target, word); }
    static void load(const std::uint8_t* source, Word& word) { load_word(source, word); }
};

/// A word swapped as vectors, as evmone's default build (x86-64-v2) does it.
#if defined(__SSSE3__)
struct VectorOrder {
    static __m128i swapped(__m128i half) {
        return _mm_shuffle_epi8(
            half, _mm_setr_epi8(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0));
    }
    static void store(std::uint8_t* target, const Word& word) {
        const auto* limbs = reinterpret_cast<const __m128i*>(word.limbs.data());
        const __m128i low = _mm_loadu_si128(limbs);
        const __m128i high = _mm_loadu_si128(limbs + 1);
        _mm_storeu_si128(reinterpret_cast<__m128i*>(target), swapped(high));
        _mm_storeu_si128(reinterpret_cast<__m128i*>(target + 16), swapped(low));
    }
    static void load(const std::uint8_t* source, Word& word) {
        auto* limbs = reinterpret_cast<__m128i*>(word.limbs.data());
        const __m128i high = _mm_loadu_si128(reinterpret_cast<const __m128i*>(source));
        const __m128i low = _mm_loadu_si128(reinterpret_cast<const __m128i*>(source + 16));
        _mm_storeu_si128(limbs, swapped(low));
        _mm_storeu_si128(limbs + 1, swapped(high));
    }
};
#else
struct VectorOrder : ScalarOrder {};
#endif

/// As an interpreter would use evmmem.
class EvmmemMachine {
public:
    static constexpr const char* name = "evmmem";
    std::uint64_t gas = 0;

    EvmmemMachine() = default;
    explicit EvmmemMachine(Storage storage) : memory_{Memory::with_storage(storage)} {}

    std::uint64_t size() const { return memory_.size(); }
    void expand(const Word& end) {
        if (!end.fits_u64()) [[unlikely]]
            __builtin_trap();
        charge(end.limbs[0]);
    }
    void mstore(const Word& offset, const Word& value) {
        if (!offset.fits_u64()) [[unlikely]]
            __builtin_trap();
        if (!memory_.holds_word(offset.limbs[0])) [[unlikely]]
            charge(offset.limbs[0] + word_size);
        static_cast<void>(memory_.set_u256(offset.limbs[0], value));
    }
    void mload(const Word& offset, Word& value) {
        if (!offset.fits_u64()) [[unlikely]]
            __builtin_trap();
        if (!memory_.holds_word(offset.limbs[0])) [[unlikely]]
            charge(offset.limbs[0] + word_size);
        static_cast<void>(memory_.get_u256(offset.limbs[0], value));
    }
    void mcopy(const Word& target, const Word& source, const Word& len) {
        if (len.is_zero()) return;
        if (!target.fits_u64() || !source.fits_u64() || !len.fits_u64()) [[unlikely]]
            __builtin_trap();
        charge(std::max(target.limbs[0], source.limbs[0]) + len.limbs[0]);
        gas += 3 * num_words(len.limbs[0]);
        static_cast<void>(memory_.copy(target.limbs[0], source.limbs[0], len.limbs[0]));
    }
    void calldatacopy(const Word& target, const Word& source, const Word& len,
                      std::span<const std::uint8_t> data) {
        if (len.is_zero()) return;
        if (!target.fits_u64() || !len.fits_u64()) [[unlikely]]
            __builtin_trap();
        charge(target.limbs[0] + len.limbs[0]);
        gas += 3 * num_words(len.limbs[0]);
        static_cast<void>(memory_.set_data_bounded(target.limbs[0], data,
                                                   source.clamped_to(data.size()), len.limbs[0]));
    }
    const std::uint8_t* bytes(std::uint64_t offset, std::uint64_t len) {
        charge(offset + len);
        return memory_.get_slice(offset, len)->data();
    }
    void enter() { static_cast<void>(memory_.enter_frame()); }
    void leave() { memory_.leave_frame(); }
    void reset() { memory_.reset(); }

private:
    void charge(std::uint64_t end) {
        if (end > memory_.size()) [[unlikely]]
            gas += *memory_.ensure_capacity_gas(end);
    }

    Memory memory_;
};

/// As their interpreters use the strategies: check, grow, charge, then touch.
template <typename Strategy, typename Order>
class StrategyMachine {
public:
    std::uint64_t gas = 0;

    template <typename... Arguments>
    explicit StrategyMachine(Arguments... arguments) : memory_{arguments...} {}

    std::uint64_t size() const { return memory_.size(); }
    void expand(const Word& end) {
        if (!end.fits_u64()) [[unlikely]]
            __builtin_trap();
        charge(end.limbs[0]);
    }
    void mstore(const Word& offset, const Word& value) {
        if (!offset.fits_u64()) [[unlikely]]
            __builtin_trap();
        charge(offset.limbs[0] + word_size);
        Order::store(memory_.get_ptr_unsafe(offset.limbs[0]), value);
    }
    void mload(const Word& offset, Word& value) {
        if (!offset.fits_u64()) [[unlikely]]
            __builtin_trap();
        charge(offset.limbs[0] + word_size);
        Order::load(memory_.get_ptr_unsafe(offset.limbs[0]), value);
    }
    void mcopy(const Word& target, const Word& source, const Word& len) {
        if (len.is_zero()) return;
        if (!target.fits_u64() || !source.fits_u64() || !len.fits_u64()) [[unlikely]]
            __builtin_trap();
        charge(std::max(target.limbs[0], source.limbs[0]) + len.limbs[0]);
        gas += 3 * num_words(len.limbs[0]);
        std::memmove(memory_.get_ptr_unsafe(target.limbs[0]),
                     memory_.get_ptr_unsafe(source.limbs[0]), len.limbs[0]);
    }
    void calldatacopy(const Word& target, const Word& source, const Word& len,
                      std::span<const std::uint8_t> data) {
        if (len.is_zero()) return;
        if (!target.fits_u64() || !len.fits_u64()) [[unlikely]]
            __builtin_trap();
        charge(target.limbs[0] + len.limbs[0]);
        gas += 3 * num_words(len.limbs[0]);
        const std::uint64_t from = source.clamped_to(data.size());
        const std::uint64_t copied = std::min<std::uint64_t>(len.limbs[0], data.size() - from);
        std::uint8_t* const bytes = memory_.get_ptr_unsafe(target.limbs[0]);
        if (copied != 0) std::memcpy(bytes, data.data() + from, copied);
        if (copied != len.limbs[0]) std::memset(bytes + copied, 0, len.limbs[0] - copied);
    }
    const std::uint8_t* bytes(std::uint64_t offset, std::uint64_t len) {
        charge(offset + len);
        return memory_.get_ptr_unsafe(offset);
    }
    void enter() { memory_.enter_frame(); }
    void leave() { memory_.leave_frame(); }
    void reset() { memory_.reset(); }

private:
    void charge(std::uint64_t end) {
        if (end > memory_.size()) [[unlikely]]
            grow(end);
    }
    void grow(std::uint64_t end) {
        const std::uint64_t before = memory_.size() / word_size;
        const std::uint64_t after = num_words(end);
        gas += 3 * (after - before) + after * after / 512 - before * before / 512;
        memory_.resize(end);
    }

    Strategy memory_;
};

struct DoublingMachine : StrategyMachine<app::DoublingMemory, VectorOrder> {
    static constexpr const char* name = "doubling";
};
struct CheckpointedMachine : StrategyMachine<app::CheckpointedMemory, ScalarOrder> {
    static constexpr const char* name = "checkpointed";
};
struct AppendedMachine : StrategyMachine<app::AppendedMemory, ScalarOrder> {
    static constexpr const char* name = "appended";
};

/// The floor: bytes moved in a buffer that is ready; no checks, no gas, no byte order.
class FlatMachine {
public:
    static constexpr const char* name = "flat";
    std::uint64_t gas = 0;

    explicit FlatMachine(std::uint64_t capacity) : memory_{capacity} {}

    std::uint64_t size() const { return memory_.size(); }
    void expand(const Word& end) { memory_.resize(end.limbs[0]); }
    void mstore(const Word& offset, const Word& value) {
        std::memcpy(memory_.get_ptr_unsafe(offset.limbs[0]), &value, word_size);
    }
    void mload(const Word& offset, Word& value) {
        std::memcpy(&value, memory_.get_ptr_unsafe(offset.limbs[0]), word_size);
    }
    void mcopy(const Word& target, const Word& source, const Word& len) {
        std::memmove(memory_.get_ptr_unsafe(target.limbs[0]),
                     memory_.get_ptr_unsafe(source.limbs[0]), len.limbs[0]);
    }
    void calldatacopy(const Word& target, const Word& source, const Word& len,
                      std::span<const std::uint8_t> data) {
        const std::uint64_t copied =
            std::min<std::uint64_t>(len.limbs[0], data.size() - source.limbs[0]);
        std::uint8_t* const bytes = memory_.get_ptr_unsafe(target.limbs[0]);
        std::memcpy(bytes, data.data() + source.limbs[0], copied);
        if (copied != len.limbs[0]) std::memset(bytes + copied, 0, len.limbs[0] - copied);
    }
    const std::uint8_t* bytes(std::uint64_t offset, std::uint64_t) {
        return memory_.get_ptr_unsafe(offset);
    }
    void enter() { memory_.enter_frame(); }
    void leave() { memory_.leave_frame(); }
    void reset() { memory_.reset(); }

private:
    app::FlatMemory memory_;
};

/// The judge: slow and right.
class ReferenceMachine {
public:
    static constexpr const char* name = "reference";
    std::uint64_t gas = 0;

    std::uint64_t size() const { return memory_.size(); }
    void expand(const Word& end) { charge(end.limbs[0]); }
    void mstore(const Word& offset, const Word& value) {
        charge(offset.limbs[0] + word_size);
        static_cast<void>(memory_.set_word(offset.limbs[0], value.to_big_endian()));
    }
    void mload(const Word& offset, Word& value) {
        charge(offset.limbs[0] + word_size);
        value = Word::from_big_endian(*memory_.get_word(offset.limbs[0]));
    }
    void mcopy(const Word& target, const Word& source, const Word& len) {
        if (len.is_zero()) return;
        charge(std::max(target.limbs[0], source.limbs[0]) + len.limbs[0]);
        gas += 3 * num_words(len.limbs[0]);
        static_cast<void>(memory_.copy(target.limbs[0], source.limbs[0], len.limbs[0]));
    }
    void calldatacopy(const Word& target, const Word& source, const Word& len,
                      std::span<const std::uint8_t> data) {
        if (len.is_zero()) return;
        charge(target.limbs[0] + len.limbs[0]);
        gas += 3 * num_words(len.limbs[0]);
        static_cast<void>(
            memory_.set_data_bounded(target.limbs[0], data, source.limbs[0], len.limbs[0]));
    }
    const std::uint8_t* bytes(std::uint64_t offset, std::uint64_t len) {
        charge(offset + len);
        return memory_.frame(memory_.frame_count() - 1).data() + offset;
    }
    void enter() { static_cast<void>(memory_.enter_frame()); }
    void leave() { memory_.leave_frame(); }
    void reset() { memory_.reset(); }

private:
    void charge(std::uint64_t end) { gas += *memory_.ensure_capacity_gas(end); }

    tests::ReferenceMemory memory_;
};

/// The order-dependent sum of what a run saw.
inline std::uint64_t fold(std::uint64_t sum, std::uint64_t value) {
    return (sum << 7 | sum >> 57) + value;
}
inline std::uint64_t fold(std::uint64_t sum, const Word& word) {
    return fold(sum, word.limbs[0] ^ word.limbs[1] ^ word.limbs[2] ^ word.limbs[3]);
}

/// A contender that runs `body`, a template over machines, on one machine for all its runs. The
/// run's answer is what the body returns, the gas, and the size at the end; the machine is reset
/// after it.
template <typename Machine, typename Body, typename... Arguments>
Contender reused(Contender::Role role, const Body& body, Arguments... arguments) {
    auto machine = std::make_shared<Machine>(arguments...);
    return {Machine::name, role, [machine, body] {
                machine->gas = 0;
                const std::uint64_t seen = body(*machine);
                const std::uint64_t answer = fold(fold(seen, machine->gas), machine->size());
                machine->reset();
                return answer;
            }};
}

/// A contender that makes a machine for every run.
template <typename Machine, typename Body>
Contender fresh(Contender::Role role, const Body& body) {
    return {Machine::name, role, [body] {
                Machine machine;
                const std::uint64_t seen = body(machine);
                return fold(fold(seen, machine.gas), machine.size());
            }};
}

/// A contender on a machine that `setup` prepares once; what the runs do must leave it fit for the
/// next.
template <typename Machine, typename Setup, typename Body, typename... Arguments>
Contender prepared(Contender::Role role, const Setup& setup, const Body& body,
                   Arguments... arguments) {
    auto machine = std::make_shared<Machine>(arguments...);
    setup(*machine);
    return {Machine::name, role, [machine, body] {
                const std::uint64_t seen = body(*machine);
                return fold(seen, machine->size());
            }};
}

template <typename Setup, typename Body>
Workload prepared_workload(double units, std::uint64_t flat_bytes, const Setup& setup,
                           const Body& body) {
    using enum Contender::Role;
    Workload workload{units};
    workload.expected = prepared<ReferenceMachine>(rival, setup, body).run();
    workload.contenders = {prepared<EvmmemMachine>(ours, setup, body),
                           prepared<DoublingMachine>(rival, setup, body),
                           prepared<CheckpointedMachine>(rival, setup, body),
                           prepared<AppendedMachine>(rival, setup, body),
                           prepared<FlatMachine>(floor, setup, body, flat_bytes)};
    return workload;
}

/// A workload on all memories; `flat_bytes` is what the floor needs for all frames, 0 for no floor.
template <typename Body>
Workload reused_workload(double units, std::uint64_t flat_bytes, const Body& body) {
    using enum Contender::Role;
    Workload workload{units};
    workload.expected = reused<ReferenceMachine>(rival, body).run();
    workload.contenders = {reused<EvmmemMachine>(ours, body), reused<DoublingMachine>(rival, body),
                           reused<CheckpointedMachine>(rival, body),
                           reused<AppendedMachine>(rival, body)};
    if (flat_bytes != 0)
        workload.contenders.push_back(reused<FlatMachine>(floor, body, flat_bytes));
    return workload;
}

template <typename Body>
Workload fresh_workload(double units, const Body& body) {
    using enum Contender::Role;
    Workload workload{units};
    workload.expected = fresh<ReferenceMachine>(rival, body).run();
    workload.contenders = {fresh<EvmmemMachine>(ours, body), fresh<DoublingMachine>(rival, body),
                           fresh<CheckpointedMachine>(rival, body),
                           fresh<AppendedMachine>(rival, body)};
    return workload;
}

}  // namespace evmmem::bench
