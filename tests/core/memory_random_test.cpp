// SPDX-License-Identifier: MIT
// Random access programs against the reference memory; see tests/support/memory_differential.hpp.
// The seeds are fixed: a failure names one, and the same program runs again.
#include <cstdlib>
#include <string>

#include "core/splitmix64.hpp"
#include "memory_stores.hpp"
#include "tests/support/memory_differential.hpp"

namespace evmmem::tests {
namespace {

struct Random {
    std::uint64_t state;
    std::uint64_t operator()() { return splitmix64(state); }
};

struct Program {
    const char* name;
    DifferentialShape shape;
};

// Small frames packed in a few blocks; frames of pages; far jumps over megabytes; deep stacks;
// memory that is written all over, so that lazy frames become ready whole; limits that are often
// met.
constexpr Program programs[] = {
    {"small", {.offset_max = 600, .jump_max = 3000, .length_max = 200, .frames_max = 6}},
    {"pages", {.offset_max = 9000, .jump_max = 40'000, .length_max = 5000, .frames_max = 10}},
    {"far", {.offset_max = 4096, .jump_max = 400'000, .length_max = 9000, .frames_max = 5}},
    {"deep", {.offset_max = 2000, .jump_max = 9000, .length_max = 500, .frames_max = 200}},
    {"scattered", {.offset_max = 30'000, .jump_max = 30'000, .length_max = 100, .frames_max = 3}},
    {"limited", {.offset_max = 9000, .jump_max = 70'000, .frames_max = 4, .limit = 20'000}},
    {"limited together",
     {.offset_max = 9000,
      .jump_max = 70'000,
      .frames_max = 9,
      .limit = 40'000,
      .scope = LimitScope::all_frames}},
    {"few words for all",
     {.offset_max = 300,
      .jump_max = 3000,
      .length_max = 200,
      .frames_max = 20,
      .limit = 2016,
      .scope = LimitScope::all_frames}},
};

/// EVMMEM_RANDOM_ROUNDS multiplies the length of the run; 1 when it is not set.
std::uint64_t rounds() {
    const char* text = std::getenv("EVMMEM_RANDOM_ROUNDS");
    return text == nullptr ? 1 : std::strtoull(text, nullptr, 10);
}

}  // namespace

TEST_CASE_TEMPLATE("random access programs agree with the reference after every operation", Store,
                   RegionStore, DoublingStore) {
    for (const Program& program : programs)
        for (std::uint64_t seed = 0; seed < 6 * rounds(); ++seed) {
            MemoryDifferential differential{program.shape, Random{seed * 0x10001 + 1}, Store::make};
            for (int step = 0; step < 1500; ++step)
                if (const auto difference = differential.step()) {
                    const std::string where = std::string{program.name} + ", seed " +
                                              std::to_string(seed) + ", step " +
                                              std::to_string(step) + ": " + *difference;
                    FAIL_CHECK(where);
                    break;
                }
        }
}

}  // namespace evmmem::tests
