// SPDX-License-Identifier: MIT
// Traces of a dozen steps for tests that are about something else than what is in them.
#pragma once

#include <cstddef>

#include "trace_builder.hpp"

namespace evmmem::test {

/// A right one, with a call that returns a word.
inline TraceBuilder trace_with_a_call() {
    TraceBuilder trace;
    trace.push(7).mstore(0, 42).call({.in = {0, 64}, .out = {64, 32}}).enter();
    trace.calldataload(0).pop().mstore(32, 9).ret(32, 32);
    trace.returndatasize().pop().mload(64).pop().stop().summary();
    return trace;
}

/// One whose MLOAD gives another word than was stored.
inline TraceBuilder trace_with_a_wrong_load() {
    TraceBuilder trace;
    trace.push(7).mstore(0, 42).mload(0);
    const std::size_t load = trace.last();
    trace.pop().stop().summary();
    trace.line(load + 1).top() = 43;
    return trace;
}

}  // namespace evmmem::test
