// SPDX-License-Identifier: MIT
#include "step_json.hpp"

#include "core/opcode_table.hpp"

namespace evmmem::app {

nlohmann::ordered_json step_json(const traces::StepReference& step) {
    return {{"step", step.step},      {"line", step.line},   {"pc", step.pc},
            {"op", op_name(step.op)}, {"depth", step.depth}, {"frame", step.frame}};
}

}  // namespace evmmem::app
