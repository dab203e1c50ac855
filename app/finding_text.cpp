// SPDX-License-Identifier: MIT
#include "finding_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "blame_text.hpp"
#include "escape.hpp"
#include "help_text.hpp"
#include "quantity.hpp"

namespace evmmem::app {
namespace {

constexpr std::size_t value_columns_max = 74;  // 0x and 32 bytes, and some

// The characters of two long values around the place where they begin to differ, and where that is.
struct Window {
    std::string claimed, computed;
    std::size_t mark = std::string::npos;  // column of the first difference; npos: nothing to mark
    std::size_t mark_size = 1;
};

std::string cut(const std::string& text, std::size_t first) {
    if (text.size() <= value_columns_max) return text;
    const bool is_cut_left = first > 0;
    const bool is_cut_right = text.size() > first + value_columns_max;
    return (is_cut_left ? "..." : "") + text.substr(first, value_columns_max) +
           (is_cut_right ? "..." : "");
}

Window window(const std::string& claimed, const std::string& computed) {
    Window result;
    const auto [a, b] = std::ranges::mismatch(claimed, computed);
    auto first = static_cast<std::size_t>(a - claimed.begin());
    const bool is_hex = claimed.starts_with("0x") && computed.starts_with("0x");
    if (!is_hex || claimed.size() != computed.size() || first == claimed.size()) {
        result.claimed = cut(claimed, 0);
        result.computed = cut(computed, 0);
        return result;
    }

    // Whole bytes are marked, as many as differ in a row.
    first -= first % 2;
    std::size_t size = 2;
    while (first + size < claimed.size() &&
           claimed.compare(first + size, 2, computed, first + size, 2) != 0)
        size += 2;
    std::size_t begin = 0;
    if (claimed.size() > value_columns_max && first > value_columns_max / 2) {
        begin = std::min(first - value_columns_max / 2, claimed.size() - value_columns_max);
        begin -= begin % 2;
    }
    result.claimed = cut(claimed, begin);
    result.computed = cut(computed, begin);
    result.mark = first - begin + (begin > 0 ? 3 : 0);
    result.mark_size =
        std::min(size, std::max(result.claimed.size(), result.mark + 2) - result.mark);
    return result;
}

}  // namespace

std::string finding_text(std::string_view file, const traces::Finding& finding,
                         const Palette& palette) {
    const bool is_warning = finding.severity == traces::Severity::warning;
    const std::string check{info(finding.check).name};
    std::string text =
        fmt::format("{}: {}{}\n", palette.strong(fmt::format("{}:{}", escaped(file), finding.line)),
                    is_warning ? palette.doubtful("warning: ") : "",
                    is_warning ? palette.doubtful(check) : palette.bad(check));
    text += fmt::format("  step {}, pc {}, {}, depth {}, frame {}", finding.step, finding.pc,
                        escaped(finding.op_name), finding.depth, finding.frame);
    if (finding.transaction > 0) text += fmt::format(", transaction {}", finding.transaction);
    text += "\n";

    const Window values = window(escaped(finding.claimed), escaped(finding.computed));
    text += fmt::format("  claimed   {}\n", values.claimed);
    text += fmt::format("  computed  {}\n", values.computed);
    if (values.mark != std::string::npos)
        text += fmt::format("            {}{}\n", std::string(values.mark, ' '),
                            palette.bad(std::string(values.mark_size, '^')));
    if (finding.bytes)
        text += fmt::format("  {} at 0x{:x}, {}{}\n", name(finding.bytes->buffer),
                            finding.bytes->offset, counted(finding.bytes->size, "byte"),
                            finding.bytes->frame == finding.frame
                                ? ""
                                : fmt::format(", of frame {}", finding.bytes->frame));
    text += "  " + wrapped_text(escaped(finding.detail), 96, 2);
    for (const auto& line : blame_lines(finding))
        text += "\n  " + line;
    return text;
}

}  // namespace evmmem::app
