// SPDX-License-Identifier: MIT
#include "gas_cost_trust.hpp"

namespace evmmem::traces {

CallCostStyles::CallCostStyles(GasCostStyle style) {
    switch (style) {
        case GasCostStyle::full:
        case GasCostStyle::full_create:
        case GasCostStyle::own:
        case GasCostStyle::calls_unknown: mask_ = (1U << candidates.size()) - 1; break;
        case GasCostStyle::base:
        case GasCostStyle::net:
        case GasCostStyle::unreliable: break;
    }
}

GasCostStyle CallCostStyles::likely() const {
    for (std::size_t i = 0; i < candidates.size(); ++i)
        if ((mask_ >> i & 1U) != 0) return candidates[i];
    return GasCostStyle::unreliable;
}

}  // namespace evmmem::traces
