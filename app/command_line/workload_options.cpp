// SPDX-License-Identifier: MIT
#include "workload_options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <optional>

#include "app/text/escape.hpp"
#include "app/text/suggestion.hpp"

namespace evmmem::app {
namespace {

std::optional<std::uint64_t> parse_size(const std::string& text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{}) return std::nullopt;
    const std::string_view unit{end, text.data() + text.size()};
    const int shift = unit.empty()  ? 0
                      : unit == "K" ? 10
                      : unit == "M" ? 20
                      : unit == "G" ? 30
                                    : -1;
    if (shift < 0 || value > traces::pattern_size_max >> shift) return std::nullopt;
    return value << shift;
}

}  // namespace

std::uint64_t pattern_size(const std::string& text) {
    const auto size = parse_size(text);
    if (!size || *size < traces::pattern_size_min)
        throw CLI::ValidationError{"--size",
                                   fmt::format("'{}' is no size from 1K to 1G", escaped(text, 60))};
    return *size;
}

void add_patterns(CLI::App& app, std::vector<const traces::Pattern*>& target) {
    std::vector<std::string> labels;
    for (const traces::Pattern& pattern : traces::patterns())
        labels.emplace_back(pattern.name);
    app.add_option_function<std::vector<std::string>>(
           "--pattern",
           [&target, labels](const std::vector<std::string>& names) {
               for (const std::string& name : names) {
                   const traces::Pattern* pattern = traces::pattern_named(name);
                   if (pattern == nullptr) {
                       const auto guess = suggestion(name, labels);
                       throw CLI::ValidationError{
                           "--pattern",
                           fmt::format("there is no pattern '{}'{}; see 'evmmem bench --list'",
                                       escaped(name, 60),
                                       guess ? fmt::format(", did you mean '{}'?", *guess) : "")};
                   }
                   target.push_back(pattern);
               }
           },
           "access patterns; all when none and no trace is given")
        ->type_name("NAME")
        ->delimiter(',');
}

void add_sizes(CLI::App& app, std::vector<std::uint64_t>& target) {
    app.add_option_function<std::vector<std::string>>(
           "--size",
           [&target](const std::vector<std::string>& texts) {
               target.clear();
               for (const std::string& text : texts)
                   target.push_back(pattern_size(text));
           },
           "bytes of memory that a pattern plays in")
        ->type_name("SIZE")
        ->default_str("64K")
        ->delimiter(',');
}

}  // namespace evmmem::app
