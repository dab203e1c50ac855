// SPDX-License-Identifier: MIT
#include "trace_options.hpp"

#include <fmt/format.h>

#include <expected>

#include "app/report/reporter.hpp"
#include "option_kinds.hpp"
#include "traces/dialects/dialect.hpp"

namespace evmmem::app {
namespace {

std::vector<std::string> dialect_names() {
    std::vector<std::string> names;
    for (const auto& dialect : traces::dialects())
        names.emplace_back(dialect.name);
    return names;
}

std::expected<const traces::Dialect*, std::string> read_dialect(const std::string& text) {
    if (const auto* dialect = traces::find_dialect(text)) return dialect;
    return std::unexpected{
        refusal(text, "no dialect, `evmmem dialects` lists them", dialect_names())};
}

std::vector<std::string> check_names() {
    std::vector<std::string> names;
    for (const std::string_view family : traces::check_families())
        names.emplace_back(family);
    for (const auto& check : traces::checks())
        names.emplace_back(check.name);
    return names;
}

/// "memory,gas", "-stack", "memory.size": names of checks and of families of checks.
std::expected<traces::CheckSet, std::string> read_checks(const std::string& text) {
    traces::CheckSet chosen;
    std::string_view rest = text;
    for (bool is_first = true, is_last = false; !is_last; is_first = false) {
        std::string_view name = rest.substr(0, rest.find(','));
        is_last = name.size() == rest.size();
        if (!is_last) rest.remove_prefix(name.size() + 1);
        const bool is_left_out = name.starts_with('-');
        if (is_left_out) name.remove_prefix(1);
        const traces::CheckSet named = traces::checks_named(name);
        if (named.empty())
            return std::unexpected{
                refusal(std::string{name},
                        fmt::format("no check, `evmmem checks` lists them, and none of the "
                                    "families {}",
                                    fmt::join(traces::check_families(), ", ")),
                        check_names())};
        if (is_first && is_left_out) chosen = traces::CheckSet::all();
        chosen = is_left_out ? chosen.without(named) : chosen | named;
    }
    if (chosen.empty()) return std::unexpected{std::string{"no check is left"}};
    return chosen;
}

template <typename Target>
void add_checks_to(CLI::App& app, const std::string& names, Target& target,
                   const std::string& description) {
    add_read(app, names, target, read_checks, description)
        ->type_name(label_with("NAMES", check_names()));
}

}  // namespace

void add_checks(CLI::App& app, const std::string& names, traces::CheckSet& target,
                const std::string& description) {
    add_checks_to(app, names, target, description);
}
void add_checks(CLI::App& app, const std::string& names, std::optional<traces::CheckSet>& target,
                const std::string& description) {
    add_checks_to(app, names, target, description);
}

void add_trace_file(CLI::App& app, std::string& file) {
    app.add_option(
           "TRACE", file,
           "a trace, or ARCHIVE:MEMBER of a tar archive; plain or compressed by gzip, zstd, xz "
           "or bzip2; \"-\" is standard input")
        ->required()
        ->type_name("FILE");
}

void add_trace_options(CLI::App& app, TraceArguments& arguments) {
    add_fork(app, arguments.fork,
             "the fork of the trace, instead of all that it is consistent with");
    add_read(app, "--dialect", arguments.dialect, read_dialect,
             "read the traces as this dialect, instead of recognising it")
        ->type_name(label_with("NAME", dialect_names()));
    add_bytes(app, "--calldata", arguments.calldata, arguments.data_files,
              "the outermost call's input, which few traces show");
    add_bytes(app, "--code", arguments.code, arguments.data_files,
              "the outermost call's code, which no trace shows");
    add_count(app, "--max-line", arguments.line_bytes_max, "BYTES",
              "bytes of the longest line that is read; K, M and G are understood")
        ->default_str("128M");
    add_count(app, "--max-memory", arguments.memory_bytes_max, "BYTES",
              "memory that is followed, of all open call frames with the data they keep; what is "
              "never written or read counts an eighth. One frame of 128M costs 34 billion gas, "
              "nested frames cost less: 128 of 1M cost 281 million")
        ->default_str("128M");
    add_count(app, "--max-hash", arguments.hash_bytes_max, "BYTES",
              "memory that is hashed, in all, and 256 bytes more for each step; a hash beyond that "
              "is not checked. A block of 100 million gas pays for 508M")
        ->default_str("512M");
    add_count(app, "--max-copy", arguments.copy_bytes_max, "BYTES",
              "memory that is copied, in all, and 256 bytes more for each step; a copy beyond that "
              "is not followed. A block of 100 million gas pays for 1G")
        ->default_str("4G");
    add_count(app, "--max-ratio", arguments.ratio_max, "N",
              "how many times its size a compressed trace may grow, beyond 1G")
        ->default_str("30000");
}

void add_trace_rules(CLI::App& app, TraceArguments& arguments) {
    add_rules(
        app, arguments.trace_rules,
        "the rules of the trace, where they are not Ethereum's: published ones, which `evmmem "
        "rules --list` names, or those of a file; on top of --fork, or of the fork that they "
        "are for");
}

void add_output_file(CLI::App& app, std::string& file) {
    app.add_option("-o,--output", file,
                   "where to write it, compressed if the name ends in .zst or .gz; - is standard "
                   "output")
        ->type_name("FILE")
        ->default_str("-");
}

void add_report_format(CLI::App& app, std::string& format) {
    std::vector<std::pair<std::string, std::string>> formats;
    for (const auto& row : reporter_formats())
        formats.emplace_back(row.name, row.name);
    add_choice<std::string>(app, "--format", format, formats, "how to print the results")
        ->default_str(format);
}

void add_only_failing(CLI::App& app, bool& only_failing) {
    app.add_flag(
        "--only-failing", only_failing,
        fmt::format("print only what does not agree; text and github do so for more than {} "
                    "files, and each kind of finding once",
                    files_in_full_max));
}

void add_report(CLI::App& app, std::string& path) {
    app.add_option("--report", path,
                   "also write a page to look at: charts, frames, and the memory of every step")
        ->type_name("FILE");
}

}  // namespace evmmem::app
