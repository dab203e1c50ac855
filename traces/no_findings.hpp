// SPDX-License-Identifier: MIT
// For a replay that is run for the sake of what it sees, not of what is wrong with the trace: the
// FindingSink that keeps nothing.
#pragma once

#include "finding.hpp"

namespace evmmem::traces {

class NoFindings final : public FindingSink {
public:
    void on_finding(const Finding&) override {}
};

}  // namespace evmmem::traces
