// SPDX-License-Identifier: MIT
#include "blame_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "app/text/quantity.hpp"
#include "core/opcode_table.hpp"

namespace evmmem::app {
namespace {

constexpr std::size_t origins_max = 3;  // shown for the bytes of one writer

}  // namespace

std::string step_text(const traces::StepReference& step) {
    return fmt::format("step {}, pc {}, {}, depth {}, frame {} (line {})", step.step, step.pc,
                       op_name(step.op), step.depth, step.frame, step.line);
}

std::string range_text(std::uint64_t offset, std::uint64_t size) {
    return size <= 1 ? fmt::format("0x{:x}", offset)
                     : fmt::format("0x{:x}..0x{:x}", offset, offset + size - 1);
}

std::string_view name(traces::Finding::Buffer buffer) {
    switch (buffer) {
        case traces::Finding::Buffer::memory: return "memory";
        case traces::Finding::Buffer::call_data: return "calldata";
        case traces::Finding::Buffer::return_data: return "return data";
    }
    std::unreachable();
}

std::string rule_text(traces::Check check) {
    const auto& row = traces::info(check);
    return fmt::format("rule: {} ({})", row.sentence, row.source);
}

std::vector<BlameLine> blame_lines(const traces::Finding& finding) {
    std::vector<BlameLine> lines;
    const auto& runs = finding.blame;
    for (std::size_t i = 0; i < runs.size();) {
        // Neighbours with one writer are one line, whatever their origins.
        std::size_t end = i + 1;
        while (end < runs.size() && runs[end].writer == runs[i].writer &&
               runs[end].grown_by == runs[i].grown_by &&
               runs[end].offset == runs[end - 1].offset + runs[end - 1].size)
            ++end;
        const std::uint64_t size = runs[end - 1].offset + runs[end - 1].size - runs[i].offset;
        const std::string bytes = range_text(runs[i].offset, size);
        if (const auto& writer = runs[i].writer) {
            lines.push_back(
                {fmt::format("{} last written by {}", bytes, step_text(*writer)), writer->step});
        } else if (const auto& growth = runs[i].grown_by) {
            lines.push_back({fmt::format("{} written by no step, zero since memory grew in {}",
                                         bytes, step_text(*growth)),
                             growth->step});
        } else {
            lines.push_back({bytes + " written by no step", std::nullopt});
        }
        if (std::any_of(runs.begin() + static_cast<std::ptrdiff_t>(i),
                        runs.begin() + static_cast<std::ptrdiff_t>(end),
                        [](const traces::Blame& run) { return run.is_origin_lost; }))
            lines.push_back(
                {"which copied them in too many pieces to follow: what put them where "
                 "they came from is not known",
                 std::nullopt, true});
        std::size_t shown = 0;
        for (; i < end; ++i) {
            if (!runs[i].origin || ++shown > origins_max) continue;
            const auto& origin = *runs[i].origin;
            lines.push_back({fmt::format("with what {} put at {}", step_text(origin.step),
                                         range_text(origin.offset, runs[i].size)),
                             origin.step.step, true});
        }
        if (shown > origins_max)
            lines.push_back(
                {fmt::format("and so on, of {}", counted(shown - origins_max, "more step")),
                 std::nullopt, true});
    }
    if (const auto& rest = finding.blame_rest; rest.runs > 0)
        lines.push_back({fmt::format("left out: {}, {} together", counted(rest.runs, "more run"),
                                     counted(rest.bytes, "byte")),
                         std::nullopt});
    return lines;
}

}  // namespace evmmem::app
