// SPDX-License-Identifier: MIT
#include "minimized_text.hpp"

#include <fmt/format.h>

#include "app/text/quantity.hpp"

namespace evmmem::app {

std::string minimized_text(const traces::Minimized& minimized) {
    const traces::Finding& finding = minimized.finding;
    return fmt::format("{} fails at line {}, step {} {}: {} of {}, {} of {} bytes show it{}",
                       traces::info(finding.check).name, finding.line, finding.step,
                       finding.op_name, grouped(minimized.steps),
                       counted(minimized.steps_before, "step"), grouped(minimized.bytes),
                       grouped(minimized.bytes_before),
                       minimized.is_shortest ? "" : "; fewer may do, but that was not tried");
}

}  // namespace evmmem::app
