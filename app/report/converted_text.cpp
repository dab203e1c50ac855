// SPDX-License-Identifier: MIT
#include "converted_text.hpp"

#include <fmt/format.h>

#include "app/text/escape.hpp"
#include "app/text/quantity.hpp"

namespace evmmem::app {

bool lacks_anything(const traces::ConvertCounts& counts) {
    return counts.steps_unknown + counts.costs_unknown + counts.data_unknown +
               counts.stacks_unknown >
           0;
}

std::string unknown_memory_text(std::uint64_t steps, std::uint64_t steps_unknown,
                                std::uint64_t bytes_unknown, std::uint64_t steps_unsized) {
    if (steps_unknown == 0) return {};
    std::string text =
        fmt::format("memory is not all known before {} of {}, {} in all", grouped(steps_unknown),
                    counted(steps, "step"), counted(bytes_unknown, "byte"));
    if (steps_unsized > 0)
        text += fmt::format(", and before {} of them not even its size", grouped(steps_unsized));
    return text;
}

std::vector<std::string> converted_text(std::string_view file, const traces::ConvertCounts& counts,
                                        traces::WrittenForm form, bool unknown_as_zero,
                                        const std::vector<std::string>& gaps) {
    const std::string name = escaped(file);
    std::vector<std::string> lines;
    for (const std::string& gap : gaps)
        lines.push_back(fmt::format("{}: {}", name, escaped(gap)));
    if (form == traces::WrittenForm::canonical) return lines;
    const bool is_document = form == traces::WrittenForm::struct_logs;
    if (counts.steps_unknown > 0)
        lines.push_back(fmt::format(
            "{}: {}: {}", name,
            unknown_memory_text(counts.steps, counts.steps_unknown, counts.bytes_unknown,
                                counts.steps_unsized),
            unknown_as_zero && counts.steps_unsized == 0
                ? "they are written as zeros, and \"unknown\" says where"
            : unknown_as_zero ? "they are written as zeros, and \"unknown\" says where, but "
                                "for memory of unknown size, which is left out"
            : is_document     ? "they are written with null for memory"
                              : "they are written without memory"));
    if (counts.stacks_unknown > 0)
        lines.push_back(
            fmt::format("{}: the stack of {} is not printed, or cut to its top: they "
                        "are written without stack",
                        name, counted(counts.stacks_unknown, "step")));
    if (counts.costs_unknown > 0)
        lines.push_back(
            fmt::format("{}: what {} cost is not known: they are written without "
                        "gasCost",
                        name, counted(counts.costs_unknown, "step")));
    if (counts.data_unknown > 0)
        lines.push_back(
            fmt::format("{}: the return data of {} are not known: they are written "
                        "with null for returnData",
                        name, counted(counts.data_unknown, "step")));
    return lines;
}

std::string filled_text(const traces::FillCounts& counts) {
    const std::uint64_t known = counts.bytes - counts.bytes_unknown;
    std::string text = fmt::format("memory was added to {} of {}", grouped(counts.steps_filled),
                                   counted(counts.steps, "step"));
    if (counts.steps_printed > 0)
        text += fmt::format(", {} show it themselves", grouped(counts.steps_printed));
    if (counts.bytes > 0)
        text += fmt::format("; {:.2f} % of its bytes are known",
                            100.0 * static_cast<double>(known) / static_cast<double>(counts.bytes));
    if (counts.steps_unknown > 0)
        text += "; " +
                unknown_memory_text(counts.steps, counts.steps_unknown, counts.bytes_unknown,
                                    counts.steps_unsized) +
                ": they are left as they are";
    return text;
}

std::string copied_findings_text(std::string_view file, std::uint64_t findings,
                                 std::string_view client) {
    const std::string name = escaped(file);
    if (!client.empty())
        return fmt::format(
            "{}: {}, but whose trace it is became clear late: `evmmem replay {}` "
            "says whether they stand; --dialect {} says it from the start",
            name, counted(findings, "finding"), name, client);
    return fmt::format(
        "{}: {}: what the lines show is written as it is printed; `evmmem replay "
        "{}` says what is wrong with it",
        name, counted(findings, "finding"), name);
}

}  // namespace evmmem::app
