// SPDX-License-Identifier: MIT
// A step that another one is blamed on, was called by, or is compared with: alike in every
// document.
#pragma once

#include "app/host/json.hpp"
#include "traces/observers/step_view.hpp"
#include "traces/step_reference.hpp"

namespace evmmem::app {

/// `step`, `line`, `pc`, `op`, `depth`, `frame`
nlohmann::ordered_json step_json(const traces::StepReference& step);
/// The same keys, then its gas, memory and operands.
nlohmann::ordered_json step_line_json(const traces::StepLine& line);

}  // namespace evmmem::app
