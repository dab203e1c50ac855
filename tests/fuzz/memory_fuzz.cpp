// SPDX-License-Identifier: MIT
// A libFuzzer target: the input's first byte picks the storage and the shape, the rest is the
// random source of a differential run; see tests/support/memory_differential.hpp. Built with
// -Dfuzz=true by clang.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <span>

#include "tests/support/memory_differential.hpp"

namespace {

using evmmem::LimitScope;
using evmmem::Memory;
using evmmem::Storage;
using evmmem::tests::DifferentialShape;
using evmmem::tests::MemoryDifferential;

constexpr DifferentialShape shapes[] = {
    {.offset_max = 600, .jump_max = 3000, .length_max = 200, .frames_max = 6},
    {.offset_max = 9000, .jump_max = 40'000, .length_max = 5000, .frames_max = 10},
    {.offset_max = 4096, .jump_max = 300'000, .length_max = 9000, .frames_max = 5},
    {.offset_max = 2000, .jump_max = 9000, .length_max = 500, .frames_max = 100},
    {.offset_max = 600,
     .jump_max = 9000,
     .length_max = 500,
     .frames_max = 20,
     .limit = 8000,
     .scope = LimitScope::all_frames},
};

/// Numbers from the input, two bytes each: small steps of the fuzzer are small changes of the
/// program.
class InputNumbers {
public:
    explicit InputNumbers(std::span<const std::uint8_t> input) : input_{input} {}
    bool is_empty() const { return input_.empty(); }
    std::uint64_t operator()() {
        std::uint16_t number = 0;
        const std::size_t count = input_.size() < 2 ? input_.size() : 2;
        std::memcpy(&number, input_.data(), count);
        input_ = input_.subspan(count);
        // Wide enough for the largest offsets.
        return number < 0xff00 ? number : std::uint64_t{number} * 0x9e3779b97f4a7c15;
    }

private:
    std::span<const std::uint8_t> input_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const Storage storage = data[0] % 2 == 0 ? Storage::region : Storage::doubling;
    const DifferentialShape& shape = shapes[data[0] / 2 % std::size(shapes)];
    InputNumbers numbers{{data + 1, size - 1}};
    MemoryDifferential differential{shape, [&numbers] { return numbers(); },
                                    [storage](std::uint64_t limit, LimitScope scope) {
                                        return Memory::with_storage(storage, limit, scope);
                                    }};
    while (!numbers.is_empty())
        if (const auto difference = differential.step()) {
            std::fprintf(stderr, "%s\n", difference->c_str());
            std::abort();
        }
    return 0;
}
