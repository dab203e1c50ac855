// SPDX-License-Identifier: MIT
#include "finding_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "app/text/escape.hpp"
#include "app/text/quantity.hpp"
#include "app/text/shell_word.hpp"
#include "app/text/wrapped_text.hpp"
#include "blame_text.hpp"
#include "core/hex.hpp"
#include "operand_names.hpp"

namespace evmmem::app {
namespace {

constexpr std::size_t value_columns_max = 74;  // 0x and 32 bytes, and some
constexpr std::size_t detail_columns_max = 96;
constexpr std::size_t ellipses = 6;  // columns of "..." before and after a value

// The characters of two long values around the place where they begin to differ, and where that is.
struct Window {
    std::string claimed, computed;
    std::size_t mark = std::string::npos;  // column of the first difference; npos: nothing to mark
    std::size_t mark_size = 1;
};

std::string cut(const std::string& text, std::size_t first, std::size_t width) {
    if (text.size() <= width) return text;
    const bool is_cut_left = first > 0;
    const bool is_cut_right = text.size() > first + width;
    return (is_cut_left ? "..." : "") + text.substr(first, width) + (is_cut_right ? "..." : "");
}

// `width` columns of the values are shown, an even number.
Window window(const std::string& claimed, const std::string& computed, std::size_t width) {
    Window result;
    const auto [a, b] = std::ranges::mismatch(claimed, computed);
    auto first = static_cast<std::size_t>(a - claimed.begin());
    const bool is_hex = claimed.starts_with("0x") && computed.starts_with("0x");
    if (!is_hex || claimed.size() != computed.size() || first == claimed.size()) {
        result.claimed = cut(claimed, 0, width);
        result.computed = cut(computed, 0, width);
        return result;
    }

    // Whole bytes are marked, as many as differ in a row.
    first -= first % 2;
    std::size_t size = 2;
    while (first + size < claimed.size() &&
           claimed.compare(first + size, 2, computed, first + size, 2) != 0)
        size += 2;
    std::size_t begin = 0;
    if (claimed.size() > width && first > width / 2) {
        begin = std::min(first - width / 2, claimed.size() - width);
        begin -= begin % 2;
    }
    result.claimed = cut(claimed, begin, width);
    result.computed = cut(computed, begin, width);
    result.mark = first - begin + (begin > 0 ? 3 : 0);
    result.mark_size =
        std::min(size, std::max(result.claimed.size(), result.mark + 2) - result.mark);
    return result;
}

// "target 0x1, source 0x0, size 0x20"; empty when there are none, or the trace shows none.
std::string operands_text(const traces::Finding& finding) {
    std::string text;
    for (std::size_t i = 0; i < finding.operands.size(); ++i) {
        const auto name = operand_name(finding.op, i);
        text += fmt::format("{}{}{}{}", i > 0 ? ", " : "", name, name.empty() ? "" : " ",
                            encode_hex_quantity(finding.operands[i]));
    }
    return text;
}

// "offset by PUSH1 (line 22), value by ADD (line 21)"; empty where that was not looked for.
std::string pushers_text(const traces::Finding& finding) {
    std::string text;
    for (std::size_t i = 0; i < finding.pushed_by.size(); ++i) {
        if (!finding.pushed_by[i]) continue;
        const auto name = operand_name(finding.op, i);
        text += fmt::format("{}{} by {} (line {})", text.empty() ? "" : ", ",
                            name.empty() ? fmt::format("item {}", i) : std::string{name},
                            op_name(finding.pushed_by[i]->op), finding.pushed_by[i]->line);
    }
    return text;
}

}  // namespace

std::string finding_text(std::string_view file, const traces::Finding& finding,
                         const Palette& palette, std::size_t columns,
                         std::string_view show_options) {
    const auto paragraph = [&](const std::string& text, std::size_t indent, std::size_t hanging) {
        return "\n" + std::string(indent, ' ') +
               wrapped_text(text, columns - indent - hanging, indent + hanging);
    };
    const bool is_warning = finding.severity == traces::Severity::warning;
    const std::string check{info(finding.check).name};
    std::string text =
        fmt::format("{}: {}{}", palette.strong(fmt::format("{}:{}", escaped(file), finding.line)),
                    is_warning ? palette.doubtful("warning: ") : "",
                    is_warning ? palette.doubtful(check) : palette.bad(check));
    text += paragraph(
        fmt::format(
            "step {}, pc {}, {}, depth {}, frame {}{}", finding.step, finding.pc,
            escaped(finding.op_name), finding.depth, finding.frame,
            finding.transaction > 0 ? fmt::format(", transaction {}", finding.transaction) : ""),
        2, 2);

    if (const auto operands = operands_text(finding); !operands.empty())
        text += "\n  operands  " + wrapped_text(operands, columns - value_column, value_column);
    if (const auto pushers = pushers_text(finding); !pushers.empty())
        text += "\n  pushed    " + wrapped_text(pushers, columns - value_column, value_column);
    const std::size_t width =
        std::min(value_columns_max, (columns - value_column - ellipses) / 2 * 2);
    const Window values = window(escaped(finding.claimed), escaped(finding.computed), width);
    text += fmt::format("\n  claimed   {}\n  computed  {}", values.claimed, values.computed);
    if (values.mark != std::string::npos)
        text += fmt::format("\n{}{}", std::string(value_column + values.mark, ' '),
                            palette.bad(std::string(values.mark_size, '^')));
    if (finding.bytes)
        text += paragraph(fmt::format("{} at 0x{:x}, {}{}", name(finding.bytes->buffer),
                                      finding.bytes->offset, counted(finding.bytes->size, "byte"),
                                      finding.bytes->frame == finding.frame
                                          ? ""
                                          : fmt::format(", of frame {}", finding.bytes->frame)),
                          2, 2);
    const std::size_t detail_columns = std::min(detail_columns_max, columns - 4);
    text += "\n  " + wrapped_text(escaped(finding.detail), detail_columns, 2);
    for (const auto& line : blame_lines(finding))
        text += paragraph(line.text, line.is_origin ? 4 : 2, 2);
    text += "\n  " + wrapped_text(rule_text(finding.check), detail_columns, 4);
    if (is_plain_word(file))
        text +=
            fmt::format("\n  look: evmmem show {} --step {}{}", file, finding.step, show_options);
    return text;
}

}  // namespace evmmem::app
