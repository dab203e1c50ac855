// SPDX-License-Identifier: MIT
#include "trace_difference.hpp"

#include <utility>

namespace evmmem::traces {

std::string_view name(TraceDifference::Kind kind) {
    switch (kind) {
        case TraceDifference::Kind::values: return "values";
        case TraceDifference::Kind::flow: return "flow";
        case TraceDifference::Kind::ending: return "ending";
        case TraceDifference::Kind::transaction: return "transaction";
        case TraceDifference::Kind::cut: return "cut";
        case TraceDifference::Kind::gap: return "gap";
    }
    std::unreachable();
}

std::string_view name(TraceDifference::Verdict verdict) {
    switch (verdict) {
        case TraceDifference::Verdict::a_is_right: return "A is right";
        case TraceDifference::Verdict::b_is_right: return "B is right";
        case TraceDifference::Verdict::both_are_right: return "both are right";
        case TraceDifference::Verdict::neither_is_right: return "neither is right";
        case TraceDifference::Verdict::cannot_be_told: return "cannot be told";
    }
    std::unreachable();
}

}  // namespace evmmem::traces
