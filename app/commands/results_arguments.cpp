// SPDX-License-Identifier: MIT
#include "results_arguments.hpp"

#include "app/host/log.hpp"
#include "app/host/version.hpp"
#include "app/text/escape.hpp"
#include "app/text/shell_word.hpp"
#include "core/hex.hpp"
#include "traces/hashes.hpp"

namespace evmmem::app {
namespace {

using nlohmann::ordered_json;

ordered_json hash_of(const std::optional<std::vector<std::uint8_t>>& bytes) {
    return bytes ? ordered_json(encode_hex(traces::sha256(*bytes))) : ordered_json{};
}

/// A file may change and keep its name: the numbers are there, too.
ordered_json rules_of(const std::optional<RuleSet>& rules) {
    if (!rules) return {};
    std::string text{rules->fork ? name(*rules->fork) : ""};
    for (const RuleSet::Setting& setting : rules->settings())
        text += "\n" + setting.key.text() + " " + std::to_string(setting.number);
    const std::vector<std::uint8_t> bytes{text.begin(), text.end()};
    return rules->name + " " + encode_hex(traces::sha256(bytes)).substr(0, 16);
}

}  // namespace

ResultsHeader results_header(const ReplayArguments& arguments) {
    auto checks = ordered_json::array();
    for (const auto& check : traces::checks())
        if (arguments.checks.contains(check.check)) checks.push_back(check.name);
    const bool are_all = arguments.checks == traces::CheckSet::all();
    ResultsHeader header;
    header.version = version();
    header.options = {
        {"--checks", are_all ? ordered_json("all") : checks},
        {"--fork", arguments.fork ? ordered_json(name(*arguments.fork)) : ordered_json{}},
        {"--rules", rules_of(arguments.trace_rules)},
        {"--dialect",
         arguments.dialect != nullptr ? ordered_json(arguments.dialect->name) : ordered_json{}},
        {"--strict-warnings", arguments.strict_warnings},
        {"--calldata", hash_of(arguments.calldata)},
        {"--code", hash_of(arguments.code)},
        {"--max-findings", arguments.findings_max},
        {"--no-blame", !arguments.with_blame},
        {"--max-line", arguments.line_bytes_max},
        {"--max-memory", arguments.memory_bytes_max},
        {"--max-hash", arguments.hash_bytes_max},
        {"--max-copy", arguments.copy_bytes_max},
        {"--max-ratio", arguments.ratio_max},
    };
    header.by_content = arguments.by_content;
    header.shard = arguments.shard;
    return header;
}

std::string show_options(const ResultsHeader& header) {
    const ordered_json unsaid = results_header({}).options;
    std::string text;
    if (!header.options.is_object()) return text;
    for (const char* const name : {"--fork", "--rules", "--dialect", "--max-line", "--max-memory",
                                   "--max-hash", "--max-copy", "--max-ratio"}) {
        const ordered_json said = header.options.value(name, ordered_json{});
        if (said == unsaid.at(name) || said.is_structured() || said.is_null()) continue;
        std::string value = said.is_string() ? said.get<std::string>() : said.dump();
        // After the name of rules comes their hash.
        if (name == std::string_view{"--rules"}) value = value.substr(0, value.rfind(' '));
        const auto word = shell_word(value);
        if (!word) continue;
        text.append(" ").append(name).append(" ").append(*word);
    }
    return text;
}

ExitCode could_not_use_results(const std::string& path, const std::string& reason) {
    log_error("{}: {}", escaped(path), reason);
    return ExitCode::usage;
}

}  // namespace evmmem::app
