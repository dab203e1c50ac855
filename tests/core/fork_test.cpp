// SPDX-License-Identifier: MIT
#include "core/fork.hpp"

#include <doctest/doctest.h>

#include <vector>

namespace evmmem {

TEST_CASE("every fork is found by its own name, in any spelling") {
    for (int i = 0; i < fork_count; ++i) {
        const auto fork = static_cast<Fork>(i);
        CHECK(fork_from_name(name(fork)) == fork);
    }
    CHECK(fork_from_name("TangerineWhistle") == Fork::tangerine_whistle);
    CHECK(fork_from_name("tangerine-whistle") == Fork::tangerine_whistle);
    CHECK(fork_from_name("LONDON") == Fork::london);
}

TEST_CASE("the usual synonyms of forks are known, and nonsense is not") {
    CHECK(fork_from_name("EIP150") == Fork::tangerine_whistle);
    CHECK(fork_from_name("EIP158") == Fork::spurious_dragon);
    CHECK(fork_from_name("ConstantinopleFix") == Fork::petersburg);
    CHECK(fork_from_name("Merge") == Fork::paris);
    CHECK(fork_from_name("Pectra") == Fork::prague);
    CHECK_FALSE(fork_from_name("Atlantis"));
    CHECK_FALSE(fork_from_name(""));
    CHECK_FALSE(fork_from_name("london!"));
}

TEST_CASE("sets of forks are made from ends, met, joined and compared") {
    const ForkSet since_berlin = ForkSet::from(Fork::berlin);
    CHECK(since_berlin.contains(Fork::berlin));
    CHECK_FALSE(since_berlin.contains(Fork::istanbul));
    CHECK(ForkSet::between(Fork::london, Fork::berlin).empty());
    CHECK((since_berlin & ForkSet::between(Fork::frontier, Fork::berlin)) == ForkSet{Fork::berlin});
    CHECK((ForkSet{Fork::berlin} | Fork::london) == ForkSet::between(Fork::berlin, Fork::london));
    CHECK(ForkSet{Fork::london}.is_within(since_berlin));
    CHECK_FALSE(ForkSet::all().is_within(since_berlin));
    std::vector<Fork> forks;
    ForkSet::between(Fork::berlin, Fork::paris).for_each([&](Fork f) { forks.push_back(f); });
    CHECK(forks == std::vector{Fork::berlin, Fork::london, Fork::paris});
    // The oldest first, and none after one of which it is true.
    forks.clear();
    CHECK(since_berlin.any_of([&](Fork f) { return forks.push_back(f), f == Fork::london; }));
    CHECK(forks == std::vector{Fork::berlin, Fork::london});
    CHECK_FALSE(since_berlin.any_of([](Fork f) { return f == Fork::istanbul; }));
    CHECK_FALSE(ForkSet{}.any_of([](Fork) { return true; }));
}

}  // namespace evmmem
