// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "core/hex.hpp"
#include "definitions.hpp"
#include "option_kinds.hpp"
#include "trace_options.hpp"

namespace evmmem::app {
namespace {

/// "gas,refund": fields that may differ.
std::expected<traces::ComparedFields, std::string> read_ignored(const std::string& text) {
    std::vector<std::string> names;
    for (const traces::ComparedField field : traces::fields_of_values())
        names.emplace_back(name(field));
    traces::ComparedFields fields;
    std::string_view rest = text;
    for (bool is_last = false; !is_last;) {
        const std::string_view word = rest.substr(0, rest.find(','));
        is_last = word.size() == rest.size();
        if (!is_last) rest.remove_prefix(word.size() + 1);
        const auto field = traces::find_field_of_values(word);
        if (!field) return std::unexpected{refusal(std::string{word}, names)};
        fields.add(*field);
    }
    return fields;
}

/// "3", or "0x" and the 64 digits of a hash.
std::expected<TransactionChoice, std::string> read_choice(const std::string& text) {
    constexpr std::size_t hash_size = 66;
    TransactionChoice choice;
    if (text.size() == hash_size && text.starts_with("0x") &&
        are_hex_digits(std::string_view{text}.substr(2))) {
        choice.hash = text;
        return choice;
    }
    const auto number = read_number(text);
    if (!number)
        return std::unexpected{
            refusal(text, "neither a number such as 3 nor 0x and the 64 digits of a hash", {})};
    choice.number = *number;
    return choice;
}

}  // namespace

void define_diff(CLI::App& app, Invocation& invocation) {
    auto& arguments = invocation.command.emplace<DiffArguments>();
    constexpr const char* what =
        "a trace, or ARCHIVE:MEMBER of a tar archive; plain or compressed by gzip, zstd, xz or "
        "bzip2; \"-\" is standard input, of one of the two";
    app.add_option("A", arguments.files[0], what)->required()->type_name("FILE");
    app.add_option("B", arguments.files[1], what)->required()->type_name("FILE");
    std::vector<std::string> names;
    for (const traces::ComparedField field : traces::fields_of_values())
        names.emplace_back(name(field));
    add_read(app, "--ignore", arguments.ignored, read_ignored,
             fmt::format("fields that are not compared, with commas between them: {}",
                         fmt::join(names, ", ")))
        ->type_name("FIELDS");
    auto* transaction = add_read(app, "--transaction", arguments.transactions[0], read_choice,
                                 "compare this transaction only: its position, from 0, or its hash")
                            ->type_name("WHICH");
    add_read(app, "--with", arguments.transactions[1], read_choice,
             "the transaction of B that it is compared with, where that is another")
        ->type_name("WHICH")
        ->needs(transaction);
    app.add_option("--max-differences", arguments.differences_max,
                   "differences that are shown; all are counted")
        ->type_name("N")
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{10'000}))
        ->default_str(fmt::format("{}", arguments.differences_max));
    app.add_option("--before", arguments.before_max, "steps that are shown before each difference")
        ->type_name("N")
        ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{1000}))
        ->default_str(fmt::format("{}", arguments.before_max));
    add_list_format(app, arguments.format);
    add_trace_options(app, arguments);
    add_trace_rules(app, arguments);
    app.callback([&arguments] {
        if (arguments.files[0] == "-" && arguments.files[1] == "-")
            throw CLI::ValidationError{"A and B", "only one of them can be standard input"};
        if (!arguments.transactions[1]) arguments.transactions[1] = arguments.transactions[0];
    });
}

}  // namespace evmmem::app
