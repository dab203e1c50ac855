// SPDX-License-Identifier: MIT
#include "word_hash.hpp"

#include <sys/random.h>

#include <chrono>

namespace evmmem::traces {
namespace {

WordHash make_word_hash() {
    std::uint64_t numbers[2] = {};
    if (::getrandom(numbers, sizeof numbers, GRND_NONBLOCK) != sizeof numbers) {
        // A system that has no random numbers yet: what no trace knows beforehand must do.
        const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
        numbers[0] ^= static_cast<std::uint64_t>(now) * 0x9e3779b97f4a7c15;
        numbers[1] ^= reinterpret_cast<std::uintptr_t>(&numbers) * 0xa0761d6478bd642f ^ numbers[0];
    }
    return WordHash{numbers[0], numbers[1] | 1};
}

}  // namespace

WordHash::WordHash() {
    static const WordHash of_process = make_word_hash();
    *this = of_process;
}

}  // namespace evmmem::traces
