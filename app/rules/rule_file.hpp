// SPDX-License-Identifier: MIT
// Rules that somebody has written down: a TOML file with the keys that `evmmem rules --format toml` prints, and
// with what they are based on.
//
//     fork = "cancun"          # whose numbers hold where nothing is said; left out: any fork's
//     preset = "eip-7923"      # rules that have a name, to begin with
//     [memory]
//     page_gas = 50
//     [instructions]
//     MCOPY = "none"           # there is no such instruction
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "core/rule_set.hpp"

namespace evmmem::app {

/// The rules of a text; `name` is that of its file. The error names the file, the line, the key and what is wrong:
/// the first of all that are.
std::expected<RuleSet, std::string> read_rules(std::string_view text, const std::string& name);

/// The rules of a file of at most 1 MiB; the error names it.
std::expected<RuleSet, std::string> read_rule_file(const std::string& path);

/// The rules that `--rules` asks for: published ones by their name, and what has a '/' or a '.' in it, or is a
/// file's name, by that file.
std::expected<RuleSet, std::string> rules_asked_for(const std::string& name_or_file);

}  // namespace evmmem::app
