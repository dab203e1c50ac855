// SPDX-License-Identifier: MIT
// Rules of other chains, and proposed ones, as far as they are published and numbers can tell them: each with
// its source, and with what of them no number tells.
#pragma once

#include <span>
#include <string_view>

#include "rule_set.hpp"

namespace evmmem {

/// Published rules that have a name here.
struct RulePreset {
    std::string_view name;     ///< "monad-nine"
    std::string_view what;     ///< "Monad since March 2026"
    std::string_view source;   ///< where they are published
    std::string_view missing;  ///< what of them is not followed; empty: nothing that is known
};
/// In the order in which they are listed.
std::span<const RulePreset> rule_presets();
/// The rules of that name; nothing when there are none.
std::optional<RuleSet> rule_preset(std::string_view name);

/// Rules that people may ask for, and that numbers cannot tell.
struct UnsupportedRules {
    std::string_view name;    ///< "arbitrum"
    std::string_view reason;  ///< "a slot is warm if ..."
    std::string_view source;  ///< where they are published
};
/// In the order in which they are listed.
std::span<const UnsupportedRules> unsupported_rules();

}  // namespace evmmem
