// SPDX-License-Identifier: MIT
// The first line of a results file: what its verdicts depend on besides the files.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "app/host/json.hpp"
#include "shard.hpp"

namespace evmmem::app {

struct ResultsHeader {
    std::string version;             ///< of evmmem
    nlohmann::ordered_json options;  ///< those that change what is said of a file, by their names
    bool by_content = false;         ///< whether files are recognised by their content
    std::optional<Shard> shard;      ///< nothing: all files
};

/// Whether a file begins as one that --results wrote: no trace, whatever its name is.
bool looks_like_results(std::string_view begin);
/// Whether a first line may be one of those that was not written to its end.
bool may_become_results(std::string_view begin);

nlohmann::ordered_json header_json(const ResultsHeader& header);

/// Errors: what is wrong with it, a sentence without a full stop.
std::expected<ResultsHeader, std::string> header_from_json(const nlohmann::ordered_json& object);

/// Why results under the one header cannot stand beside results under the other, the shard left out:
/// a sentence without a full stop; empty where they can.
std::string difference(const ResultsHeader& there, const ResultsHeader& here);

}  // namespace evmmem::app
