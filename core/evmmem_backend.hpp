// SPDX-License-Identifier: MIT
// From a C++ class to a backend: run_ops() walks a batch of operations on anything that has the few
// methods of evmmem::Memory that it uses, and EVMMEM_BACKEND_PLUGIN exports a class as a plug-in
// for `evmmem bench`. What may fail returns void, a bool, or an expected:
//
// clang-format off
//     struct Mine {
//         std::uint64_t size() const;                          // of the current frame, in bytes
//         may-fail resize(std::uint64_t size);                 // to whole words, zero-filled; never shrinks
//         std::uint8_t* get_ptr_unsafe(std::uint64_t offset);  // of the current frame; inside size()
//         may-fail enter_frame();
//         void leave_frame();
//         void reset();
//     };
//     EVMMEM_BACKEND_PLUGIN(Mine, "mine", "One sentence about it.")
// clang-format on
//
// Compile it with -std=c++23 -O3 -fPIC -shared, and -I to the folder that has core/, as the memories that
// the program brings along are compiled.
//
// A class that also has set_u256, get_u256, set_byte, set_data_bounded, copy, get_slice or
// leave_frame_returning, as evmmem::Memory declares them, has them called instead of the plain code
// below.
#pragma once

#include <algorithm>
#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <new>
#include <optional>
#include <span>
#include <type_traits>

#include "access_program.hpp"
#include "evmmem_backend.h"
#include "word.hpp"

namespace evmmem {

template <typename M>
concept RunnableMemory = requires(M m, const M c, std::uint64_t n) {
    { c.size() } -> std::convertible_to<std::uint64_t>;
    m.resize(n);
    m.enter_frame();
    m.leave_frame();
    m.reset();
};

/// All of it inline, whatever the class: else the compiler's choice, which hangs on the size of the
/// class's own code, would be measured with it.
namespace backend_detail {

/// Makes the compiler treat a limb as just computed: it can neither know it nor make one vector of
/// four.
inline std::uint64_t opaque(std::uint64_t value) {
#if defined(__GNUC__)
    asm("" : "+r"(value));
#endif
    return value;
}

/// Calls something that may fail, in whatever way it says so; true when it did not.
template <typename Call>
bool succeeds(Call&& call) {
    if constexpr (std::is_void_v<decltype(call())>) {
        call();
        return true;
    } else {
        return static_cast<bool>(call());
    }
}

template <typename M>
bool ensure(M& memory, std::uint64_t end) {
    if (end <= memory.size()) [[likely]]
        return true;
    return succeeds([&] { return memory.resize(end); });
}

inline void store_limbs(std::uint8_t* target, const Word& word) {
    for (std::size_t i = 0; i < 4; ++i) {
        std::uint64_t limb = opaque(word.limbs[3 - i]);
        limb = std::byteswap(limb);
        std::memcpy(target + 8 * i, &limb, 8);
    }
}

inline Word load_limbs(const std::uint8_t* source) {
    Word word;
    for (std::size_t i = 0; i < 4; ++i) {
        std::uint64_t limb;
        std::memcpy(&limb, source + 8 * i, 8);
        limb = opaque(limb);
        limb = std::byteswap(limb);
        word.limbs[3 - i] = limb;
    }
    return word;
}

template <typename M>
[[gnu::always_inline]] inline bool store_word(M& memory, std::uint64_t offset, const Word& word) {
    if constexpr (requires { memory.set_u256(offset, word); }) {
        return succeeds([&] { return memory.set_u256(offset, word); });
    } else {
        if (!ensure(memory, offset + word_size)) return false;
        store_limbs(memory.get_ptr_unsafe(offset), word);
        return true;
    }
}

/// Limb by limb: copied as one vector they could not be forwarded from the stores that just made
/// them, which costs more than the whole load.
inline void put_limbs(const Word& word, std::uint64_t (&limbs)[4]) {
    for (std::size_t i = 0; i < 4; ++i)
        limbs[i] = opaque(word.limbs[i]);
}

template <typename M>
[[gnu::always_inline]] inline bool load_word(M& memory, std::uint64_t offset,
                                             std::uint64_t (&limbs)[4]) {
    if constexpr (requires(Word word) { memory.get_u256(offset, word); }) {
        Word word;
        if (!succeeds([&] { return memory.get_u256(offset, word); })) [[unlikely]] {
            // Beyond the size: MLOAD grows, and then it is there.
            if (!ensure(memory, offset + word_size)) return false;
            if (!succeeds([&] { return memory.get_u256(offset, word); })) return false;
        }
        put_limbs(word, limbs);
        return true;
    } else {
        if (!ensure(memory, offset + word_size)) return false;
        if constexpr (requires { memory.get_u256(offset); })
            put_limbs(memory.get_u256(offset), limbs);
        else
            put_limbs(load_limbs(memory.get_ptr_unsafe(offset)), limbs);
        return true;
    }
}

template <typename M>
[[gnu::always_inline]] inline bool store_byte(M& memory, std::uint64_t offset, std::uint8_t value) {
    if constexpr (requires { memory.set_byte(offset, value); }) {
        return succeeds([&] { return memory.set_byte(offset, value); });
    } else {
        if (!ensure(memory, offset + 1)) return false;
        *memory.get_ptr_unsafe(offset) = value;
        return true;
    }
}

template <typename M>
[[gnu::always_inline]] inline bool write(M& memory, std::uint64_t offset,
                                         std::span<const std::uint8_t> data, std::uint64_t source,
                                         std::uint64_t size) {
    if constexpr (requires { memory.set_data_bounded(offset, data, source, size); }) {
        return succeeds([&] { return memory.set_data_bounded(offset, data, source, size); });
    } else {
        if (size == 0) return true;
        if (!ensure(memory, offset + size)) return false;
        const std::uint64_t from = std::min<std::uint64_t>(source, data.size());
        const std::uint64_t copied = std::min<std::uint64_t>(size, data.size() - from);
        std::uint8_t* const target = memory.get_ptr_unsafe(offset);
        if (copied != 0) std::memcpy(target, data.data() + from, copied);
        std::memset(target + copied, 0, size - copied);
        return true;
    }
}

template <typename M>
[[gnu::always_inline]] inline bool copy_within(M& memory, std::uint64_t target,
                                               std::uint64_t source, std::uint64_t size) {
    if constexpr (requires { memory.copy(target, source, size); }) {
        return succeeds([&] { return memory.copy(target, source, size); });
    } else {
        if (!ensure(memory, std::max(target, source) + size)) return false;
        std::memmove(memory.get_ptr_unsafe(target), memory.get_ptr_unsafe(source), size);
        return true;
    }
}

/// Where the bytes are that get_slice() may refuse to give; null when it does.
template <typename M>
[[gnu::always_inline]] inline const std::uint8_t* checked_bytes(M& memory, std::uint64_t offset,
                                                                std::uint64_t size) {
    const auto slice = memory.get_slice(offset, size);
    return slice ? (*slice).data() : nullptr;
}

template <typename M>
[[gnu::always_inline]] inline bool read(M& memory, std::uint64_t offset, std::uint64_t size,
                                        std::uint8_t* output) {
    if constexpr (requires { (*memory.get_slice(offset, size)).data(); }) {
        const std::uint8_t* bytes = checked_bytes(memory, offset, size);
        if (bytes == nullptr) [[unlikely]] {
            // Beyond the size: KECCAK256 grows, and then they are there.
            if (!ensure(memory, offset + size)) return false;
            bytes = checked_bytes(memory, offset, size);
            if (bytes == nullptr) return false;
        }
        std::memcpy(output, bytes, size);
    } else {
        if (!ensure(memory, offset + size)) return false;
        if constexpr (requires { memory.get_slice(offset, size).data(); })
            std::memcpy(output, memory.get_slice(offset, size).data(), size);
        else
            std::memcpy(output, memory.get_ptr_unsafe(offset), size);
    }
    return true;
}

template <typename M>
[[gnu::always_inline]] inline bool leave(M& memory, const AccessOp& op, const evmmem_run& run) {
    if (op.size == 0) {
        memory.leave_frame();
        return true;
    }
    if constexpr (requires { memory.leave_frame_returning(op.source, op.size, op.offset); }) {
        if (!ensure(memory, op.source + op.size)) return false;
        if (succeeds([&] { return memory.leave_frame_returning(op.source, op.size, op.offset); }))
            return true;  // else the parent does not hold the range yet: it has to grow first
    }
    // By way of a buffer, as return data goes: the child's bytes end with the child.
    if (!read(memory, op.source, op.size, run.output)) return false;
    memory.leave_frame();
    return write(memory, op.offset, {run.output, static_cast<std::size_t>(op.size)}, 0, op.size);
}

}  // namespace backend_detail

/// Runs a batch as evmmem_backend::run does. False when the memory could not grow; `run` is then
/// unspecified.
//
// From one operation to the next it goes as in an interpreter: each kind has a jump of its own,
// which the processor predicts by itself. With one jump for all, in a switch, `random` takes 1.3
// times as long, and more or less so as the address of that jump falls.
// clang-format off: half of it is a loop for one compiler and none for the other
#if defined(__GNUC__)
#define EVMMEM_OP(kind) label_##kind:
#define EVMMEM_NEXT             \
    if (++at == end) goto done; \
    goto* labels[at->kind]
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"  // labels as values
#else
#define EVMMEM_OP(kind) case kind:
#define EVMMEM_NEXT break
#endif
/// Runs the operations on a memory, as evmmem_backend::run does; false when it could not grow.
template <RunnableMemory M>
bool run_ops(M& memory, std::span<const AccessOp> ops, evmmem_run& run) {
    namespace detail = backend_detail;
    const std::span<const std::uint8_t> data{run.data, static_cast<std::size_t>(run.data_size)};
    std::uint64_t checksum = run.checksum;
    const AccessOp* at = ops.data();
    const AccessOp* const end = at + ops.size();
#if defined(__GNUC__)
    static const void* const labels[] = {
        &&label_EVMMEM_STORE_WORD, &&label_EVMMEM_LOAD_WORD, &&label_EVMMEM_STORE_BYTE,
        &&label_EVMMEM_COPY,       &&label_EVMMEM_WRITE,     &&label_EVMMEM_READ,
        &&label_EVMMEM_GROW,       &&label_EVMMEM_ENTER,     &&label_EVMMEM_LEAVE,
        &&label_EVMMEM_RESET};
    if (at == end) goto done;
    goto* labels[at->kind];
    {
#else
    for (; at != end; ++at) {
        switch (static_cast<evmmem_op_kind>(at->kind)) {
#endif
    EVMMEM_OP(EVMMEM_STORE_WORD) {
        // Limbs that were just computed, one by one, as an ADD before the MSTORE leaves them.
        const std::uint64_t low = detail::opaque(at->source);
        const std::uint64_t high = detail::opaque(at->size);
        const Word word{detail::opaque(~high), detail::opaque(~low), high, low};
        if (!detail::store_word(memory, at->offset, word)) return false;
        EVMMEM_NEXT;
    }
    EVMMEM_OP(EVMMEM_LOAD_WORD) {
        if (!detail::load_word(memory, at->offset, run.word)) return false;
        checksum = evmmem_fold(checksum, run.word);
        EVMMEM_NEXT;
    }
    EVMMEM_OP(EVMMEM_STORE_BYTE) {
        if (!detail::store_byte(memory, at->offset, static_cast<std::uint8_t>(at->source)))
            return false;
        EVMMEM_NEXT;
    }
    EVMMEM_OP(EVMMEM_COPY) {
        if (!detail::copy_within(memory, at->offset, at->source, at->size)) return false;
        EVMMEM_NEXT;
    }
    EVMMEM_OP(EVMMEM_WRITE) {
        if (!detail::write(memory, at->offset, data, at->source, at->size)) return false;
        EVMMEM_NEXT;
    }
    EVMMEM_OP(EVMMEM_READ) {
        if (!detail::read(memory, at->offset, at->size, run.output)) return false;
        EVMMEM_NEXT;
    }
    EVMMEM_OP(EVMMEM_GROW) {
        if (!detail::ensure(memory, at->size)) return false;
        EVMMEM_NEXT;
    }
    EVMMEM_OP(EVMMEM_ENTER) {
        if (!detail::succeeds([&] { return memory.enter_frame(); })) return false;
        EVMMEM_NEXT;
    }
    EVMMEM_OP(EVMMEM_LEAVE) {
        if (!detail::leave(memory, *at, run)) return false;
        EVMMEM_NEXT;
    }
    EVMMEM_OP(EVMMEM_RESET) {
        memory.reset();
        EVMMEM_NEXT;
    }
#if defined(__GNUC__)
    }
done:
#else
        }
    }
#endif
    run.checksum = checksum;
    run.size = memory.size();
    return true;
}
#undef EVMMEM_OP
#undef EVMMEM_NEXT
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif
// clang-format on

/// Runs a whole program on an empty memory and leaves it reset. Nothing when the memory could not
/// grow.
template <RunnableMemory M>
std::optional<AccessResult> run_program(const AccessProgram& program, M& memory,
                                        AccessBuffers& buffers) {
    evmmem_run run = buffers.begin();
    const bool ran = run_ops(memory, program.ops(), run);
    memory.reset();
    if (!ran) return std::nullopt;
    return AccessResult{run.checksum, run.size};
}

namespace backend_detail {

#define EVMMEM_TEXT_OF(number) EVMMEM_TEXT(number)
#define EVMMEM_TEXT(text) #text
/// What compiled this, for which processor.
inline constexpr const char build[] =
#if defined(__clang__)
    "clang++ " EVMMEM_TEXT_OF(__clang_major__) "." EVMMEM_TEXT_OF(
        __clang_minor__) "." EVMMEM_TEXT_OF(__clang_patchlevel__)
#elif defined(__GNUC__)
    "g++ " EVMMEM_TEXT_OF(__GNUC__) "." EVMMEM_TEXT_OF(__GNUC_MINOR__) "." EVMMEM_TEXT_OF(
        __GNUC_PATCHLEVEL__)
#else
    "unknown compiler"
#endif
#if defined(__AVX512F__)
        ", AVX-512"
#elif defined(__AVX2__)
        ", AVX2"
#elif defined(__SSE4_2__)
    ", SSE4.2"
#elif defined(__x86_64__)
    ", x86-64"
#elif defined(__aarch64__)
    ", arm64"
#endif
#if defined(__GNUC__) && !defined(__OPTIMIZE__)
        ", not optimised"
#endif
#if defined(NDEBUG)
        ", no assertions"
#endif
    ;
#undef EVMMEM_TEXT_OF
#undef EVMMEM_TEXT

}  // namespace backend_detail

/// The C interface around a class that is constructed without arguments.
template <RunnableMemory M>
evmmem_backend make_backend(const char* name, const char* description) {
    return {
        .version = EVMMEM_BACKEND_VERSION,
        .struct_size = sizeof(evmmem_backend),
        .name = name,
        .description = description,
        .create = []() -> void* {
            try {
                return new M();
            } catch (const std::bad_alloc&) {
                return nullptr;
            }
        },
        .destroy = [](void* memory) { delete static_cast<M*>(memory); },
        .reset = [](void* memory) { static_cast<M*>(memory)->reset(); },
        .run = [](void* memory, const evmmem_op* ops, std::size_t count, evmmem_run* run) -> int {
            return run_ops(*static_cast<M*>(memory), std::span{ops, count}, *run) ? 0 : 1;
        },
        .build = backend_detail::build,
    };
}

}  // namespace evmmem

/// Once in a plug-in, at namespace scope.
#define EVMMEM_BACKEND_PLUGIN(Class, name, description)                                       \
    extern "C" const evmmem_backend* evmmem_backend_get(void) {                               \
        static const evmmem_backend backend = evmmem::make_backend<Class>(name, description); \
        return &backend;                                                                      \
    }
