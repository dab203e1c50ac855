// SPDX-License-Identifier: MIT
#include "plain_reader.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

namespace evmmem::test {
namespace {

using Json = nlohmann::json;

/// Hex digits, one after the other, into a 256-bit number: times 16, plus the next.
Word word_from(std::string text) {
    if (text.starts_with("0x") || text.starts_with("0X")) text = text.substr(2);
    Word word;
    for (const char c : text) {
        for (std::size_t limb = 4; limb-- > 0;)
            word.limbs[limb] = word.limbs[limb] << 4 | (limb == 0 ? 0 : word.limbs[limb - 1] >> 60);
        word.limbs[0] |= std::stoul(std::string{c}, nullptr, 16);
    }
    return word;
}

Bytes bytes_from(std::string text) {
    if (text.starts_with("0x") || text.starts_with("0X")) text = text.substr(2);
    Bytes bytes;
    for (std::size_t i = 0; i < text.size(); i += 2)
        bytes.push_back(static_cast<std::uint8_t>(std::stoul(text.substr(i, 2), nullptr, 16)));
    return bytes;
}

std::optional<std::uint64_t> number(const Json& object, const char* key) {
    if (!object.contains(key) || object[key].is_null()) return std::nullopt;
    const Json& value = object[key];
    if (value.is_number_unsigned()) return value.get<std::uint64_t>();
    if (value.is_number()) return static_cast<std::uint64_t>(value.get<std::int64_t>());
    const std::string text = value.get<std::string>();
    if (text.starts_with("0x")) return word_from(text).to_u64();
    return std::stoull(text);
}

std::string text(const Json& object, const char* key) {
    return object.contains(key) && object[key].is_string() ? object[key].get<std::string>() : "";
}

}  // namespace

std::optional<OwnedStep> read_plainly(std::string_view line) {
    const Json object = Json::parse(line, nullptr, false);
    if (!object.is_object() || !object.contains("pc")) return std::nullopt;
    OwnedStep step;
    step.pc = number(object, "pc").value();
    step.op = static_cast<Opcode>(number(object, "op").value());
    step.gas = number(object, "gas").value();
    step.depth = static_cast<std::uint32_t>(number(object, "depth").value());
    step.gas_cost = number(object, "gasCost");
    step.memory_size = number(object, "memSize");
    step.reservoir = number(object, "reservoir");
    step.state_gas = number(object, "stateGas");
    if (const auto refund = number(object, "refund"))
        step.refund = static_cast<std::int64_t>(*refund);
    step.op_name = text(object, "opName");
    step.error = text(object, "error");
    if (object.contains("stack") && object["stack"].is_array()) {
        step.has_stack = true;
        const Json& stack = object["stack"];
        step.stack_size = static_cast<std::uint32_t>(stack.size());
        for (std::size_t i = 0; i < std::min<std::size_t>(stack.size(), 7); ++i)
            step.operands.push_back(word_from(stack[stack.size() - 1 - i].get<std::string>()));
    }
    if (object.contains("memory")) {
        Bytes memory;
        if (object["memory"].is_string()) {
            memory = bytes_from(object["memory"].get<std::string>());
        } else {
            for (const Json& item : object["memory"]) {
                const Bytes word = bytes_from(item.get<std::string>());
                memory.insert(memory.end(), word.begin(), word.end());
            }
        }
        if (!memory.empty()) step.memory = memory;
    }
    if (const std::string data = text(object, "returnData"); data.size() > 2)
        step.return_data = bytes_from(data);
    return step;
}

}  // namespace evmmem::test
