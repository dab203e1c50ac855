// SPDX-License-Identifier: MIT
// What JSON is that holds no steps: the results of other tracers, and files that a trace is made
// from. To say which request gives steps.
#pragma once

#include <string>
#include <string_view>

namespace evmmem::traces {

/// The tracer whose results have such a key; empty where it says nothing.
std::string_view tracer_of(std::string_view key);

/// "it is a result of callTracer; ..." A message without a full stop.
std::string result_of(std::string_view tracer);

/// The same of a document's beginning: a result alone, without the answer around it, a state test,
/// an error that a node sent. Empty where nothing is known.
std::string other_result(std::string_view begin);

}  // namespace evmmem::traces
