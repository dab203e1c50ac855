// SPDX-License-Identifier: MIT
// The rules that `--rules` names: published ones by their name, others by their file.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "core/rule_set.hpp"

namespace evmmem::app {

std::vector<std::string> rule_names();

/// That the rules have no number of that name, and which was meant, if any: one of theirs, or of the `others`.
std::string no_such_number(const std::string& name, std::vector<std::string> others = {});

/// Published rules of that name; the error says why there are none. A name that is known as unsupported says why.
std::expected<RuleSet, std::string> named_rules(const std::string& name);

}  // namespace evmmem::app
