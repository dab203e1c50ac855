// SPDX-License-Identifier: MIT
#include "transaction_text.hpp"

#include <fmt/format.h>

#include <array>

#include "app/text/escape.hpp"
#include "app/text/quantity.hpp"

namespace evmmem::app {
namespace {

constexpr std::size_t name_columns_max = 200;

}  // namespace

std::string name_text(const traces::TransactionName& name) {
    std::string text;
    const auto add = [&](std::string_view before, const std::string& part) {
        if (part.empty()) return;
        if (!text.empty()) text += ", ";
        text += before;
        text += escaped(part, name_columns_max);
    };
    add("", name.test);
    add("", name.fork);
    add("", name.index);
    add("", name.hash);
    add("answer ", name.answer);
    return text;
}

std::string transaction_text(const TransactionReport& transaction) {
    const traces::TransactionResult& result = transaction.result;
    std::string text = fmt::format("transaction {}", result.number);
    if (const auto name = name_text(result.name); !name.empty()) text += ", " + name;
    if (result.findings > 0) text += ": " + counted(result.findings, "finding");
    if (result.warnings > 0)
        text += fmt::format("{}{}", result.findings > 0 ? ", " : ": ",
                            counted(result.warnings, "warning"));
    if (transaction.verdict != Verdict::agrees)
        text += fmt::format("{}lines {} to {}", result.findings + result.warnings > 0 ? ", " : ": ",
                            result.first_line, result.last_line);
    return text;
}

std::string verdicts_text(const std::vector<TransactionReport>& transactions) {
    std::array<std::uint64_t, std::size(verdicts)> counts{};
    for (const TransactionReport& transaction : transactions)
        ++counts[static_cast<std::size_t>(transaction.verdict)];
    std::string text;
    for (const Verdict verdict : {Verdict::agrees, Verdict::findings, Verdict::incomplete})
        if (const auto count = counts[static_cast<std::size_t>(verdict)]; count > 0)
            text += fmt::format("{}{} {}", text.empty() ? "" : ", ", grouped(count), name(verdict));
    return text;
}

}  // namespace evmmem::app
