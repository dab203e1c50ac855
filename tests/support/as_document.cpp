// SPDX-License-Identifier: MIT
#include "as_document.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "core/hex.hpp"
#include "core/opcode_table.hpp"
#include "traces/step_reader.hpp"

namespace evmmem::test {

using namespace evmmem::traces;

namespace {

void add_member(std::string& text, std::string_view name, std::uint64_t value) {
    text.append(",\"").append(name).append("\":").append(std::to_string(value));
}

std::string element(const Step& step) {
    std::string text = "{\"pc\":" + std::to_string(step.pc);
    text.append(",\"op\":\"").append(info(step.op).name).append("\"");
    add_member(text, "gas", step.gas);
    add_member(text, "gasCost", step.gas_cost.value_or(0));
    add_member(text, "depth", step.depth);
    if (step.refund.value_or(0) > 0)
        add_member(text, "refund", static_cast<std::uint64_t>(*step.refund));
    text.append(",\"stack\":[").append(step.stack_text).append("]");
    if (step.memory) {
        text += ",\"memory\":[";
        for (std::size_t at = 0; at < step.memory->size(); at += 32) {
            const auto word =
                step.memory->subspan(at, std::min<std::size_t>(32, step.memory->size() - at));
            text.append(at == 0 ? "\"0x" : ",\"0x").append(encode_hex(word)).append("\"");
        }
        text += ']';
    }
    return text + '}';
}

}  // namespace

std::string as_document(std::string_view lines) {
    auto reader = StepReader::over(lines);
    if (!reader) std::abort();
    std::string text = R"({"jsonrpc":"2.0","id":1,"result":{"failed":false,"structLogs":[)";
    Record record;
    bool is_first = true;
    for (;;) {
        const auto kind = reader->next(record);
        if (!kind) std::abort();
        if (*kind == RecordKind::end) break;
        if (*kind != RecordKind::step) continue;
        if (!std::exchange(is_first, false)) text += ',';
        text += element(record.step);
    }
    return text + "]}}\n";
}

}  // namespace evmmem::test
