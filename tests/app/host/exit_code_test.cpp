// SPDX-License-Identifier: MIT
#include "app/host/exit_code.hpp"

#include <doctest/doctest.h>

#include <iterator>

using namespace evmmem::app;

TEST_CASE("the worse of two exit codes is the one that scripts must not miss") {
    using enum ExitCode;
    CHECK(worse(agrees, agrees) == agrees);
    CHECK(worse(agrees, incomplete) == incomplete);
    CHECK(worse(findings, incomplete) == findings);  // 1 is worse than 3: a finding is certain
    for (const ExitCode unread : {not_a_trace, limit, io}) {  // and hidden by none of these
        CHECK(worse(findings, unread) == findings);
        CHECK(worse(unread, findings) == findings);
        CHECK(worse(incomplete, unread) == unread);
    }
    CHECK(worse(findings, usage) == usage);
    CHECK(worse(findings, bug) == bug);
    CHECK(worse(io, limit) == io);
    CHECK(worse(interrupted, io) == interrupted);
}

TEST_CASE("the list of exit codes is the order of how bad they are") {
    CHECK(std::size(exit_codes) == 9);
    for (std::size_t i = 0; i < std::size(exit_codes); ++i) {
        CHECK(badness(exit_codes[i]) == static_cast<int>(i));
        for (std::size_t k = 0; k < i; ++k)
            CHECK(worse(exit_codes[k], exit_codes[i]) == exit_codes[i]);
    }
}

TEST_CASE("the numbers of the exit codes are those that scripts know") {
    CHECK(to_int(ExitCode::agrees) == 0);
    CHECK(to_int(ExitCode::findings) == 1);
    CHECK(to_int(ExitCode::usage) == 2);
    CHECK(to_int(ExitCode::incomplete) == 3);
    CHECK(to_int(ExitCode::not_a_trace) == 10);
    CHECK(to_int(ExitCode::io) == 11);
    CHECK(to_int(ExitCode::limit) == 12);
    CHECK(to_int(ExitCode::bug) == 70);
    CHECK(to_int(ExitCode::interrupted) == 130);
}
