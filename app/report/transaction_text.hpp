// SPDX-License-Identifier: MIT
// A transaction as people read it: what the stream calls it, and what came of it.
#pragma once

#include <string>

#include "replay_report.hpp"

namespace evmmem::app {

/// "name, Cancun, d0 g1 v0", "0x12..ef", "answer 7": escaped; empty where it has no name.
std::string name_text(const traces::TransactionName& name);

/// "transaction 3, name, Cancun: 2 findings, lines 7 to 20", escaped.
std::string transaction_text(const TransactionReport& transaction);

/// "510 agrees, 2 findings", of all that are listed.
std::string verdicts_text(const std::vector<TransactionReport>& transactions);

}  // namespace evmmem::app
