// SPDX-License-Identifier: MIT
#include "app/host/exit_code.hpp"

#include <doctest/doctest.h>

using namespace evmmem::app;

TEST_CASE("the worse of two exit codes is the one that scripts must not miss") {
    using enum ExitCode;
    CHECK(worse(agrees, agrees) == agrees);
    CHECK(worse(agrees, incomplete) == incomplete);
    CHECK(worse(findings, incomplete) == findings);  // 1 is worse than 3: a finding is certain
    CHECK(worse(findings, not_a_trace) == not_a_trace);
    CHECK(worse(io, limit) == io);
    CHECK(worse(interrupted, io) == interrupted);
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
