// SPDX-License-Identifier: MIT
// A file's report as a JSON object, and back: what `--format json` prints, what a results file
// keeps, and what merge reads again.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "app/host/json.hpp"
#include "replay_report.hpp"

namespace evmmem::app {

/// The keys that app/schema/README.md documents, in their order.
nlohmann::ordered_json report_json(const ReplayReport& report);

/// The keys of a transaction, as a report lists them.
nlohmann::ordered_json transaction_json(const TransactionReport& transaction);

/// A report that prints as the one that the object was made of does, speed left out. Keys that are
/// not known are passed over. Errors: what is wrong with it, a sentence without a full stop.
std::expected<ReplayReport, std::string> report_from_json(const nlohmann::ordered_json& object);

}  // namespace evmmem::app
