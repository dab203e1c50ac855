// SPDX-License-Identifier: MIT
// The C interface: each function is the method of the same name.
#include "evmmem.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <span>
#include <utility>

#include "hex.hpp"
#include "memory.hpp"

/// What C sees of a memory.
struct evmmem_memory {
    evmmem::Memory memory;
};

namespace {

using evmmem::Memory;
using evmmem::MemoryError;
using evmmem::Word;

evmmem_error code(MemoryError error) {
    switch (error) {
        case MemoryError::out_of_memory: return EVMMEM_OUT_OF_MEMORY;
        case MemoryError::invalid_offset: return EVMMEM_INVALID_OFFSET;
        case MemoryError::invalid_size: return EVMMEM_INVALID_SIZE;
        case MemoryError::memory_limit_exceeded: return EVMMEM_MEMORY_LIMIT_EXCEEDED;
    }
    std::unreachable();
}

evmmem_error code(const std::expected<void, MemoryError>& result) {
    return result ? EVMMEM_OK : code(result.error());
}

/// The value to `target`, or the error.
template <typename Value, typename Target>
evmmem_error deliver(const std::expected<Value, MemoryError>& result, Target& target) {
    if (!result) return code(result.error());
    target = *result;
    return EVMMEM_OK;
}

evmmem_error deliver(const std::expected<std::span<const std::uint8_t>, MemoryError>& result,
                     const std::uint8_t** bytes) {
    if (!result) return code(result.error());
    *bytes = result->data();
    return EVMMEM_OK;
}

evmmem::Storage storage_of(evmmem_storage storage) {
    return storage == EVMMEM_DOUBLING ? evmmem::Storage::doubling : evmmem::Storage::region;
}

evmmem_memory* created(Memory&& memory) {
    return new (std::nothrow) evmmem_memory{std::move(memory)};
}

}  // namespace

extern "C" {

const char* evmmem_error_message(evmmem_error error) {
    // The messages are literals: each ends with a 0.
    switch (error) {
        case EVMMEM_OK: return "no error";
        case EVMMEM_OUT_OF_MEMORY: return message(MemoryError::out_of_memory).data();
        case EVMMEM_INVALID_OFFSET: return message(MemoryError::invalid_offset).data();
        case EVMMEM_INVALID_SIZE: return message(MemoryError::invalid_size).data();
        case EVMMEM_MEMORY_LIMIT_EXCEEDED:
            return message(MemoryError::memory_limit_exceeded).data();
    }
    return "unknown error";
}

evmmem_memory* evmmem_create(evmmem_storage storage, uint64_t limit) {
    return created(Memory::with_storage(storage_of(storage), limit));
}

evmmem_memory* evmmem_create_with_frame_limit(evmmem_storage storage, uint64_t limit) {
    return created(
        Memory::with_storage(storage_of(storage), limit, evmmem::LimitScope::each_frame));
}

evmmem_memory* evmmem_create_with_capacity(uint64_t capacity) {
    auto memory = Memory::with_capacity(capacity);
    return memory ? created(std::move(*memory)) : nullptr;
}

void evmmem_destroy(evmmem_memory* memory) {
    delete memory;
}

uint64_t evmmem_size(const evmmem_memory* memory) {
    return memory->memory.size();
}
uint64_t evmmem_capacity(const evmmem_memory* memory) {
    return memory->memory.capacity();
}
uint64_t evmmem_limit(const evmmem_memory* memory) {
    return memory->memory.limit();
}
uint64_t evmmem_num_words(uint64_t bytes) {
    return evmmem::num_words(bytes);
}

bool evmmem_memory_cost(uint64_t words, uint64_t* gas) {
    const auto cost = evmmem::memory_cost(words);
    if (cost) *gas = *cost;
    return cost.has_value();
}

evmmem_error evmmem_resize(evmmem_memory* memory, uint64_t size) {
    return code(memory->memory.resize(size));
}
evmmem_error evmmem_ensure_capacity(evmmem_memory* memory, uint64_t size, uint64_t* new_words) {
    return deliver(memory->memory.ensure_capacity(size), *new_words);
}
evmmem_error evmmem_ensure_capacity_gas(evmmem_memory* memory, uint64_t size, uint64_t* gas) {
    return deliver(memory->memory.ensure_capacity_gas(size), *gas);
}

evmmem_error evmmem_get_byte(const evmmem_memory* memory, uint64_t offset, uint8_t* value) {
    return deliver(memory->memory.get_byte(offset), *value);
}
evmmem_error evmmem_get_word(const evmmem_memory* memory, uint64_t offset, uint8_t word[32]) {
    return code(memory->memory.read(offset, {word, evmmem::word_size}));
}
evmmem_error evmmem_get_u256(const evmmem_memory* memory, uint64_t offset, uint64_t limbs[4]) {
    Word word;
    const auto result = memory->memory.get_u256(offset, word);
    if (result) std::ranges::copy(word.limbs, limbs);
    return code(result);
}
evmmem_error evmmem_get_slice(const evmmem_memory* memory, uint64_t offset, uint64_t size,
                              const uint8_t** bytes) {
    return deliver(memory->memory.get_slice(offset, size), bytes);
}
evmmem_error evmmem_read(const evmmem_memory* memory, uint64_t offset, uint64_t size,
                         uint8_t* target) {
    return code(memory->memory.read(offset, {target, size}));
}

evmmem_error evmmem_set_byte(evmmem_memory* memory, uint64_t offset, uint8_t value) {
    return code(memory->memory.set_byte(offset, value));
}
evmmem_error evmmem_set_word(evmmem_memory* memory, uint64_t offset, const uint8_t word[32]) {
    evmmem::Bytes32 bytes;
    std::memcpy(bytes.data(), word, bytes.size());
    return code(memory->memory.set_word(offset, bytes));
}
evmmem_error evmmem_set_u256(evmmem_memory* memory, uint64_t offset, const uint64_t limbs[4]) {
    return code(memory->memory.set_u256(offset, Word{limbs[3], limbs[2], limbs[1], limbs[0]}));
}
evmmem_error evmmem_set_data(evmmem_memory* memory, uint64_t offset, const uint8_t* data,
                             uint64_t size) {
    return code(memory->memory.set_data(offset, {data, size}));
}
evmmem_error evmmem_set_data_bounded(evmmem_memory* memory, uint64_t offset, const uint8_t* data,
                                     uint64_t data_size, uint64_t data_offset, uint64_t size) {
    return code(memory->memory.set_data_bounded(offset, {data, data_size}, data_offset, size));
}
evmmem_error evmmem_copy(evmmem_memory* memory, uint64_t target, uint64_t source, uint64_t size) {
    return code(memory->memory.copy(target, source, size));
}

uint8_t* evmmem_get_ptr_unsafe(evmmem_memory* memory, uint64_t offset, uint64_t size) {
    return memory->memory.get_ptr_unsafe(offset, size);
}
const uint8_t* evmmem_get_const_ptr_unsafe(const evmmem_memory* memory, uint64_t offset) {
    return memory->memory.get_const_ptr_unsafe(offset);
}
void evmmem_set_unsafe(evmmem_memory* memory, uint64_t offset, const uint8_t* data, uint64_t size) {
    memory->memory.set_unsafe(offset, {data, size});
}

void evmmem_to_hex(const evmmem_memory* memory, char* text) {
    for (std::uint64_t at = 0; at < memory->memory.size(); at += evmmem::word_size)
        evmmem::encode_hex(*memory->memory.get_word(at), text + 2 * at);
}
void evmmem_snapshot(const evmmem_memory* memory, uint8_t* snapshot) {
    static_cast<void>(memory->memory.read(0, {snapshot, memory->memory.size()}));
}
evmmem_error evmmem_restore(evmmem_memory* memory, const uint8_t* snapshot, uint64_t size) {
    return code(memory->memory.restore({snapshot, size}));
}

uint64_t evmmem_frame_count(const evmmem_memory* memory) {
    return memory->memory.frame_count();
}
evmmem_error evmmem_enter_frame(evmmem_memory* memory) {
    return code(memory->memory.enter_frame());
}
evmmem_error evmmem_leave_frame(evmmem_memory* memory, uint64_t output, uint64_t size,
                                uint64_t target) {
    if (memory->memory.frame_count() == 1) return EVMMEM_INVALID_OFFSET;
    return code(memory->memory.leave_frame_returning(output, size, target));
}
evmmem_error evmmem_frame_slice(const evmmem_memory* memory, uint64_t index, uint64_t offset,
                                uint64_t size, const uint8_t** bytes) {
    if (index >= memory->memory.frame_count()) return EVMMEM_INVALID_OFFSET;
    return deliver(memory->memory.frame_slice(index, offset, size), bytes);
}
void evmmem_reset(evmmem_memory* memory) {
    memory->memory.reset();
}

}  // extern "C"
