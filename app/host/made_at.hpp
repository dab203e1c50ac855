// SPDX-License-Identifier: MIT
#pragma once

#include <expected>
#include <string>

namespace evmmem::app {

/// The moment in which an output is made: "2026-11-30 09:05 UTC". SOURCE_DATE_EPOCH, seconds since 1970, stands in for
/// the clock where it is set (reproducible-builds.org), so that outputs can be compared.
/// Errors: a sentence, where it is set to anything else.
std::expected<std::string, std::string> made_at();

}  // namespace evmmem::app
