// SPDX-License-Identifier: MIT
// What the user asked for: one plain struct per command, already valid when a command sees it. The
// command line fills them in and nothing else does.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/fork.hpp"
#include "traces/dialect.hpp"

namespace evmmem::app {

enum class ColorChoice : std::uint8_t { automatic, always, never };
enum class LogLevel : std::uint8_t { error, warning, info, debug };

/// Options that every command has.
struct GeneralOptions {
    ColorChoice color = ColorChoice::automatic;
    LogLevel log_level = LogLevel::warning;
    bool quiet = false;  ///< no progress line, and nothing but errors on standard error
};

struct ReplayArguments {
    std::vector<std::string> files;            ///< "-" is standard input
    std::string format = "text";               ///< a row of reporter_formats()
    std::uint64_t findings_max = 10;           ///< findings, warnings and errors kept of each file
    std::optional<Fork> fork;                  ///< nothing: all that the trace is consistent with
    const traces::Dialect* dialect = nullptr;  ///< null: recognised
    std::optional<std::vector<std::uint8_t>> calldata;
    std::optional<std::vector<std::uint8_t>> code;
    std::uint64_t line_bytes_max = std::uint64_t{1} << 30;
    bool strict_warnings = false;  ///< a warning is a finding
    bool with_speed = true;        ///< figures that differ from run to run
};

enum class ListFormat : std::uint8_t { text, json };

struct DialectsArguments {
    ListFormat format = ListFormat::text;
};
struct ChecksArguments {
    ListFormat format = ListFormat::text;
};
struct OpcodesArguments {
    ListFormat format = ListFormat::text;
    std::vector<std::string> names;  ///< mnemonics; empty: all
    std::optional<Fork> fork;        ///< only instructions that it has
};

using CommandArguments =
    std::variant<DialectsArguments, ChecksArguments, OpcodesArguments>;

/// One run of the program.
struct Invocation {
    GeneralOptions general;
    CommandArguments command;
};

}  // namespace evmmem::app
