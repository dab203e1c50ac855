// SPDX-License-Identifier: MIT
#include "step_json.hpp"

#include "core/hex.hpp"
#include "core/opcode_table.hpp"

namespace evmmem::app {

nlohmann::ordered_json step_json(const traces::StepReference& step) {
    return {{"step", step.step},      {"line", step.line},   {"pc", step.pc},
            {"op", op_name(step.op)}, {"depth", step.depth}, {"frame", step.frame}};
}

nlohmann::ordered_json step_line_json(const traces::StepLine& line) {
    nlohmann::ordered_json operands = nlohmann::ordered_json::array();
    for (const auto& word : line.operands)
        operands.push_back(encode_hex_quantity(word));
    nlohmann::ordered_json object = step_json(line.step);
    object["gas"] = line.gas;
    object["memory_size"] = line.memory_size;
    object["failed"] = line.failed;
    object["operands"] = operands;
    return object;
}

}  // namespace evmmem::app
