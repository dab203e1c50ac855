// SPDX-License-Identifier: MIT
// Patterns: the same seed is the same program everywhere, and every size gives a program that is
// legal.
#include "traces/generate/pattern.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>

#include "core/evmmem_backend.hpp"
#include "core/memory.hpp"

using namespace evmmem;
using namespace evmmem::traces;

namespace {

struct Golden {
    const char* name;
    std::uint64_t digest;
    std::size_t ops;
    std::uint64_t bytes_moved;
    std::uint64_t checksum;
};

// When a row goes red and the pattern was changed on purpose, paste the new figures here; stored
// baselines of the gate are then no longer comparable, and it says so.
// clang-format off
constexpr Golden golden[] = {
    {"sequential", 12927233619403118563U, 4096, 131072, 1172879962274688543U},
    {"random", 136531182047831565U, 4097, 131072, 6059360229481587884U},
    {"sparse", 16338532746150091383U, 4100, 118080, 15703615252982132605U},
    {"expand", 6923547188794933857U, 4208, 133888, 0U},
    {"copy", 4929688590241659855U, 1029, 4216014, 16838538693182803968U},
    {"overlap", 10738770307745350159U, 1301, 4200904, 13515332843429132372U},
    {"bounded", 7098701055721730444U, 2532, 4194399, 17818919086752171287U},
    {"calls", 9163354080738262932U, 4509, 147297, 17295663805979260387U},
    {"solidity", 13923139409889506001U, 4123, 174009, 6264004637690143545U},
    {"alternating", 5415140854041559927U, 4107, 1883648, 11278879281167438250U},
    {"pathological", 10077589867794009451U, 4108, 115735, 15964449872819461512U},
};
// clang-format on

}  // namespace

TEST_CASE("a pattern's program and its results are the same on every machine") {
    for (const Golden& row : golden) {
        CAPTURE(row.name);
        const Pattern* pattern = pattern_named(row.name);
        REQUIRE(pattern != nullptr);
        const AccessProgram program = generate(*pattern, {});
        Memory memory;
        AccessBuffers buffers{program};
        const auto result = run_program(program, memory, buffers);
        REQUIRE(result.has_value());
        CHECK(program.digest() == row.digest);
        CHECK(program.ops().size() == row.ops);
        CHECK(program.bytes_moved() == row.bytes_moved);
        CHECK(result->checksum == row.checksum);
    }
    CHECK(std::size(golden) == patterns().size());
}

TEST_CASE("a pattern's program is legal at every size and seed") {
    for (const Pattern& pattern : patterns()) {
        for (const std::uint64_t size : {0U, 1024U, 1056U, 4096U, 5000U, 1U << 20}) {
            for (const std::uint64_t seed : {0U, 1U, 77U}) {
                CAPTURE(pattern.name);
                CAPTURE(size);
                CAPTURE(seed);
                const AccessProgram program =
                    generate(pattern, {.size = size, .seed = seed, .ops = 500});
                CHECK(program.refused() == 0);
                CHECK_FALSE(program.is_full());
                CHECK(program.frame_count() == 1);
                CHECK(program.bytes_moved() > 0);
                // Close to what was asked for; the largest round is an expansion of the full size.
                CHECK(program.ops().size() < 500 + 70000);
                CHECK(program.bytes_moved() < (std::uint64_t{64} << 20));
            }
        }
    }
}

TEST_CASE("another seed and another size are other programs") {
    for (const Pattern& pattern : patterns()) {
        CAPTURE(pattern.name);
        const std::uint64_t digest = generate(pattern, {}).digest();
        CHECK(generate(pattern, {}).digest() == digest);
        CHECK(generate(pattern, {.seed = 2}).digest() != digest);
        CHECK(generate(pattern, {.size = 4096}).digest() != digest);
    }
}

TEST_CASE("patterns have names and sentences of their own") {
    std::set<std::string_view> names;
    for (const Pattern& pattern : patterns()) {
        CHECK(names.insert(pattern.name).second);
        CHECK(pattern.description.ends_with("."));
        CHECK(pattern_named(pattern.name) == &pattern);
    }
    CHECK(pattern_named("nothing") == nullptr);
}

TEST_CASE("random numbers stay within their bounds and reach them") {
    PatternRandom random{42};
    bool has_low = false;
    bool has_high = false;
    for (int i = 0; i < 100000; ++i) {
        CHECK(random.below(3) < 3);
        const std::uint64_t scaled = random.scaled(4, 100);
        REQUIRE(scaled >= 4);
        REQUIRE(scaled <= 100);
        has_low = has_low || scaled == 4;
        has_high = has_high || scaled == 100;
    }
    CHECK(has_low);
    CHECK(has_high);
    CHECK(random.scaled(7, 7) == 7);
    CHECK(random.below(1) == 0);
}
