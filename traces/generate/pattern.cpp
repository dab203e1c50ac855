// SPDX-License-Identifier: MIT
#include "pattern.hpp"

#include "core/splitmix64.hpp"

#include <algorithm>
#include <bit>

namespace evmmem::traces {
namespace {

// A program moves at most this many bytes, or its memory this many times over.
constexpr std::uint64_t bytes_moved_max = std::uint64_t{1} << 22;
constexpr std::uint64_t sweeps_max = 4;

Word random_word(PatternRandom& random) {
    return {0, 0, random.next(), random.next()};
}

std::uint64_t word_offset(std::uint64_t size, PatternRandom& random) {
    return random.below(size / word_size) * word_size;
}

void sequential(AccessProgram& program, std::uint64_t size, PatternRandom& random) {
    // At most a thousand words before they are loaded again, so that loads are half of any program.
    const std::uint64_t span = std::min<std::uint64_t>(size, 1024 * word_size);
    const std::uint64_t begin = random.below(size / span) * span;
    for (std::uint64_t at = 0; at < span; at += word_size)
        program.store_word(begin + at, random_word(random));
    for (std::uint64_t at = 0; at < span; at += word_size)
        program.load_word(begin + at);
}

void random_access(AccessProgram& program, std::uint64_t size, PatternRandom& random) {
    program.grow(size);
    for (int i = 0; i < 64; ++i) {
        // Every fourth word is at no multiple of 32.
        const std::uint64_t shift = random.below(4) == 0 ? random.below(word_size) : 0;
        const std::uint64_t offset = std::min(word_offset(size, random) + shift, size - word_size);
        if (random.below(2) == 0)
            program.store_word(offset, random_word(random));
        else
            program.load_word(offset);
    }
}

void sparse(AccessProgram& program, std::uint64_t size, PatternRandom& random) {
    program.store_word(0, random_word(random));
    program.store_word(size - word_size, random_word(random));
    for (int i = 0; i < 3; ++i) {
        const std::uint64_t offset = word_offset(size, random);
        program.store_word(offset, random_word(random));
        program.load_word(offset);
    }
    program.load_word(word_offset(size, random));  // most likely zeros
    program.reset();
}

void expand(AccessProgram& program, std::uint64_t size, PatternRandom& random) {
    // One step of the EVM's memory at a time, then ever larger ones; a word at the end of each.
    std::uint64_t end = 0;
    for (std::uint64_t step = word_size; end < size; step += end < size / 4 ? 0 : step) {
        end = std::min(end + step, size);
        program.store_word(end - word_size, random_word(random));
    }
    program.reset();
    program.grow(size);
    program.load_word(word_offset(size, random));
    program.reset();
}

void copy(AccessProgram& program, std::uint64_t size, PatternRandom& random) {
    program.grow(size);
    const std::uint64_t half = size / 2;
    const std::uint64_t length = random.scaled(32, half);
    const std::uint64_t low = random.below(half - length + 1);
    const std::uint64_t high = half + random.below(half - length + 1);
    program.store_word(low, random_word(random));
    program.copy(high, low, length);
    program.copy(random.below(half - length + 1), high, length);
    program.load_word(high);
}

void overlap(AccessProgram& program, std::uint64_t size, PatternRandom& random) {
    program.grow(size);
    const std::uint64_t length = random.scaled(32, size / 2);
    const std::uint64_t distance = random.scaled(1, length - 1);
    const std::uint64_t low = random.below(size - length - distance + 1);
    program.store_word(low, random_word(random));
    program.copy(low + distance, low,
                 length);  // upwards: the bytes must not be read after being written
    program.load_word(low + distance);
    program.copy(low, low + distance, length);
    program.load_word(low);
}

void bounded(AccessProgram& program, std::uint64_t size, PatternRandom& random) {
    const std::uint64_t length = random.scaled(4, size / 4);
    const std::uint64_t offset = random.below(size - length + 1);
    // Half of them have all their bytes, a quarter some, a quarter none.
    const std::uint64_t kind = random.below(4);
    const std::uint64_t available = kind < 2 ? length : kind == 2 ? random.below(length) : 0;
    program.write(offset, length, available);
    program.load_word(std::min(offset, size - word_size));
}

/// One call: a callee that takes arguments, works in its own memory, may call others, and returns
/// something.
void call(AccessProgram& program, std::uint64_t size, PatternRandom& random, int depth) {
    const std::uint64_t room = std::max<std::uint64_t>(size >> depth, 256);
    program.read(0, random.scaled(4, 128));  // the arguments
    program.enter_frame();
    program.store_word(0x40, Word{0x80});
    program.write(0x80, random.scaled(4, 128), 128);
    const std::uint64_t used = random.scaled(64, room);
    for (int i = 0; i < 4; ++i) {
        const std::uint64_t offset = word_offset(used, random);  // first: arguments have no order
        program.store_word(offset, random_word(random));
    }
    program.load_word(0x40);
    const std::uint64_t calls = depth < 8 ? random.below(3) : 0;
    for (std::uint64_t i = 0; i < calls; ++i)
        call(program, size, random, depth + 1);
    const std::uint64_t returned = random.below(3) * word_size;
    program.leave_frame(0, 0x80, returned);
    program.load_word(0);
}

void calls(AccessProgram& program, std::uint64_t size, PatternRandom& random) {
    program.store_word(0x40, Word{0x80});
    call(program, size / 4, random, 0);
    program.reset();
}

/// Bump the free memory pointer, as every allocation of Solidity does; returns where the new object
/// is.
std::uint64_t allocate(AccessProgram& program, std::uint64_t& free_pointer, std::uint64_t bytes) {
    const std::uint64_t at = free_pointer;
    free_pointer += (bytes + 31) / 32 * 32;
    program.load_word(0x40);
    program.store_word(0x40, Word{free_pointer});
    return at;
}

/// A mapping's slot: key and slot in scratch space, and their hash.
void hash_mapping(AccessProgram& program, PatternRandom& random) {
    program.store_word(0x00, random_word(random));
    program.store_word(0x20, Word{random.below(16)});
    program.read(0x00, 0x40);
}

/// Selector and arguments at the free pointer; the pointer stays, as for a call.
std::uint64_t encode_call(AccessProgram& program, std::uint64_t free_pointer,
                          PatternRandom& random) {
    const std::uint64_t arguments = random.below(4);
    program.load_word(0x40);
    program.store_word(free_pointer, random_word(random));
    for (std::uint64_t i = 0; i < arguments; ++i)
        program.store_word(free_pointer + 4 + i * word_size, random_word(random));
    return 4 + arguments * word_size;
}

void solidity_call(AccessProgram& program, std::uint64_t size, PatternRandom& random, int depth) {
    std::uint64_t free_pointer = 0x80;
    program.store_word(0x40, Word{free_pointer});
    const std::uint64_t statements = 4 + random.below(12);
    for (std::uint64_t i = 0; i < statements && free_pointer < size; ++i) {
        switch (random.below(6)) {
            case 0:
            case 1:
            case 2: hash_mapping(program, random); break;
            case 3: {  // a bytes or string argument, copied from calldata after its length, then
                       // hashed
                const std::uint64_t length = random.scaled(4, 512);
                const std::uint64_t at = allocate(program, free_pointer, word_size + length);
                program.store_word(at, Word{length});
                program.write(at + word_size, length, length);
                program.store_byte(at + word_size + length, 0);
                program.load_word(at);
                program.read(at + word_size, length);
                break;
            }
            case 4: {  // an event: its data at the free pointer
                const std::uint64_t words = 1 + random.below(4);
                program.load_word(0x40);
                for (std::uint64_t word = 0; word < words; ++word)
                    program.store_word(free_pointer + word * word_size, random_word(random));
                program.read(free_pointer, words * word_size);
                break;
            }
            default: {  // a call to another contract, and its answer decoded
                if (depth == 4) break;
                const std::uint64_t length = encode_call(program, free_pointer, random);
                program.read(free_pointer, length);
                program.grow(free_pointer + word_size);
                program.enter_frame();
                solidity_call(program, size / 4, random, depth + 1);
                program.leave_frame(free_pointer, 0x80, word_size);
                const std::uint64_t at = allocate(program, free_pointer, word_size);
                program.load_word(at);
                break;
            }
        }
    }
    program.load_word(0x40);
    program.store_word(free_pointer, random_word(random));
    program.read(free_pointer, word_size);  // RETURN
}

void solidity(AccessProgram& program, std::uint64_t size, PatternRandom& random) {
    solidity_call(program, size, random, 0);
    program.reset();
}

void alternating(AccessProgram& program, std::uint64_t size, PatternRandom& random) {
    for (int i = 0; i < 4; ++i) {
        program.enter_frame();
        program.store_word(0, random_word(random));
        program.load_word(0);
        program.leave_frame();
        program.enter_frame();
        const std::uint64_t large = size / 4 * (1 + random.below(3));
        program.write(0, large / 8, large / 8);
        program.store_word(large - word_size, random_word(random));
        program.load_word(word_offset(large, random));
        program.leave_frame();
    }
    program.reset();
}

void pathological(AccessProgram& program, std::uint64_t size, PatternRandom& random) {
    constexpr std::uint64_t page = 4096;
    program.store_byte(size - 1, 1);  // far first, then backwards, a byte a page
    for (std::uint64_t at = size; at >= page && size - at < 16 * page; at -= page)
        program.store_byte(at - page, static_cast<std::uint8_t>(at / page));
    for (int i = 0; i < 8; ++i) {  // words across words and across pages
        const std::uint64_t edge = size > page ? (1 + random.below(size / page - 1)) * page : 512;
        const std::uint64_t offset = std::min(edge - random.below(word_size), size - word_size);
        program.store_word(offset, random_word(random));
        program.load_word(offset);
    }
    program.store_word(0, random_word(random));
    program.copy(1, 0, 255);  // one byte apart
    program.copy(0, 1, 255);
    program.copy(7, 7, 64);        // onto itself
    for (int i = 0; i < 3; ++i) {  // frames, each of which reaches far and touches little
        program.enter_frame();
        program.load_word(size / 16);
        program.store_byte(size / 16 + 100, 1);
    }
    program.write(3, 100, 1);
    for (int i = 0; i < 3; ++i)
        program.leave_frame(5, 1, 33);
    program.load_word(4);
    program.reset();
}

// clang-format off
constexpr Pattern table[] = {
    {"sequential", "Words stored one after another, then loaded in the same order.", sequential},
    {"random", "Words stored and loaded anywhere in a memory of the full size, some at odd offsets.", random_access},
    {"sparse", "A few words far apart in a memory that is new each time.", sparse},
    {"expand", "A new memory grown to the full size: word by word, in larger steps, and at once.", expand},
    {"copy", "MCOPY between ranges that do not overlap, from 32 bytes to half the memory.", copy},
    {"overlap", "MCOPY between ranges that overlap, upwards and downwards.", overlap},
    {"bounded", "CALLDATACOPY and its like: data that is there, there in part, or not at all.", bounded},
    {"calls", "Nested calls: frames with arguments, some memory of their own, and return data.", calls},
    {"solidity", "What compiled contracts do: free pointer, mapping hashes, ABI encoding, events, calls.", solidity},
    {"alternating", "Small and large frames in turn.", alternating},
    {"pathological", "Far bytes backwards, words across pages, copies one byte apart, far-reaching frames.", pathological},
};
// clang-format on

}  // namespace

std::uint64_t PatternRandom::next() {
    return splitmix64(state_);
}

std::uint64_t PatternRandom::below(std::uint64_t bound) {
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::uint64_t>(Wide{next()} * bound >> 64);
}

std::uint64_t PatternRandom::scaled(std::uint64_t low, std::uint64_t high) {
    if (high <= low) return low;
    const std::uint64_t doublings = std::bit_width(high / std::max<std::uint64_t>(low, 1));
    const std::uint64_t base = low << below(doublings);
    return std::min(base + below(base + 1), high);
}

std::span<const Pattern> patterns() {
    return table;
}

const Pattern* pattern_named(std::string_view name) {
    const auto* found = std::ranges::find(table, name, &Pattern::name);
    return found == std::end(table) ? nullptr : found;
}

AccessProgram generate(const Pattern& pattern, const PatternOptions& options) {
    const std::uint64_t size =
        std::clamp(options.size, pattern_size_min, pattern_size_max) / word_size * word_size;
    AccessProgram program{{
        .ops_max =
            options.ops + (std::size_t{1} << 20),  // a round may go on beyond what was asked for
        .bytes_max = 2 * pattern_size_max,
        .frames_max = 64,
    }};
    // The name is part of the seed, so that patterns do not walk through memory in step.
    std::uint64_t seed = options.seed;
    for (const char c : pattern.name)
        seed = PatternRandom{seed ^ static_cast<std::uint64_t>(c)}.next();
    PatternRandom random{seed};
    const std::uint64_t bytes_max = std::max(bytes_moved_max, sweeps_max * size);
    do {
        pattern.append_round(program, size, random);
    } while (program.ops().size() < options.ops && program.bytes_moved() < bytes_max);
    return program;
}

}  // namespace evmmem::traces
