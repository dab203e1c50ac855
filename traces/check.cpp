// SPDX-License-Identifier: MIT
#include "check.hpp"

#include <algorithm>

namespace evmmem::traces {
namespace {

// clang-format off
constexpr CheckInfo table[] = {
    // check                       name                    what is compared                                                                       source
    {Check::memory_size,          "memory.size",          "the size of memory, in whole words, is what the instructions so far grew it to",        "Yellow Paper H.1, M; EIP-3155 memSize"},
    {Check::memory_content,       "memory.content",       "the printed bytes of memory are what the instructions so far wrote",                    "Yellow Paper H.2; EIP-3155 memory"},
    {Check::memory_load,          "memory.load",          "MLOAD's result is the word in memory",                                                  "Yellow Paper H.2, 0x51"},
    {Check::memory_msize,         "memory.msize",         "MSIZE's result is the size of memory in bytes",                                         "Yellow Paper H.2, 0x59"},
    {Check::memory_hash,          "memory.hash",          "KECCAK256's result, and CREATE2's address, is the hash of the bytes in memory",         "Yellow Paper H.2, 0x20; EIP-1014"},
    {Check::return_data_size,     "return_data.size",     "RETURNDATASIZE's result is the size of what the last call returned",                    "EIP-211"},
    {Check::return_data_bounds,   "return_data.bounds",   "RETURNDATACOPY beyond the end of the return data halts, for length 0 too",              "EIP-211"},
    {Check::return_data_content,  "return_data.content",  "the printed return data is what the last call returned",                                "EIP-211; EIP-3155 returnData"},
    {Check::call_data_size,       "call_data.size",       "CALLDATASIZE's result is the size of the caller's input range",                         "Yellow Paper H.2, 0x36"},
    {Check::call_data_load,       "call_data.load",       "CALLDATALOAD's result is the word of the caller's input range, zero padded",            "Yellow Paper H.2, 0x35"},
    {Check::code_size,            "code.size",            "CODESIZE's result is the size of the init code, or of the code that a create deployed", "Yellow Paper H.2, 0x38"},
    {Check::code_content,         "code.content",         "the instruction at pc, and what a PUSH gives, is what the known code has there",        "Yellow Paper 9.4"},
    {Check::gas_continuity,       "gas.continuity",       "gas falls from step to step by what the instruction costs",                             "Yellow Paper G; EIP-3155 gas"},
    {Check::gas_cost,             "gas.cost",             "the printed gasCost is what the instruction costs",                                     "Yellow Paper G and H; EIP-3155 gasCost"},
    {Check::gas_call,             "gas.call",             "gas is conserved across a call or a create: cost, 63/64, stipend, gas returned",        "EIP-150, EIP-2929, EIP-3860"},
    {Check::call_result,          "call.result",          "a call's or a create's result says whether the callee succeeded",                       "Yellow Paper H.2, 0xf0 to 0xfa"},
    {Check::out_of_gas,           "gas.out_of_gas",       "an instruction that costs more gas than there is fails, and only such a one runs out",  "Yellow Paper 9.4.2"},
    {Check::gas_refund,           "gas.refund",           "the printed refund counter moves by what stores refund, and goes back where a frame fails", "EIP-2200, EIP-3529; EIP-3155 refund"},
    {Check::failure_reason,       "failure.reason",       "a step that fails has a reason to, one that goes on has none, and the named one holds", "Yellow Paper 9.4.2"},
    {Check::stack_height,         "stack.height",         "the stack grows and shrinks by what the instruction pushes and pops",                   "Yellow Paper H.2"},
    {Check::stack_untouched,      "stack.untouched",      "the items that an instruction does not touch stay what they were, whatever runs meanwhile", "Yellow Paper H.2; EIP-3155 stack"},
    {Check::stack_result,         "stack.result",         "what an instruction pushes or moves follows from its operands, pc, gas and code",       "Yellow Paper H.2; EIP-145, EIP-3855, EIP-7939, EIP-8024"},
    {Check::stack_environment,    "stack.environment",    "what a transaction gives its code is constant; ADDRESS, CALLER and CALLVALUE follow from the call", "Yellow Paper H.2, 0x30 to 0x4a"},
    {Check::storage_value,        "storage.value",        "SLOAD and TLOAD give what the slot holds: by stores, loads and reverts before, and by what a store cost", "Yellow Paper H.2, 0x54; EIP-1153"},
    {Check::account_code,         "account.code",         "EXTCODESIZE, EXTCODEHASH and EXTCODECOPY show the deployed code, and agree with each other", "EIP-684, EIP-1052, EIP-7702"},
    {Check::account_balance,      "account.balance",      "BALANCE and SELFBALANCE show the same until value moves, and then what has moved",      "Yellow Paper 8, H.2, 0x31 and 0x47"},
    {Check::account_address,      "account.address",      "CREATE's address is the hash of creator and nonce, which each create raises by one",    "Yellow Paper 7; EIP-161"},
    {Check::depth_step,           "depth.step",           "depth moves by one: up at a call or create, down at the end of a frame",                "Yellow Paper 9.4"},
    {Check::pc_continuity,        "pc.continuity",        "the next step stands where the instruction leads to: no step is missing or doubled",    "Yellow Paper 9.4.3; EIP-3155 pc"},
    {Check::summary_output,       "summary.output",       "the summary's output is the range that the outermost frame returned",                   "EIP-3155 output"},
    {Check::summary_gas,          "summary.gas",          "the summary's gas is what the steps used",                                              "EIP-3155 gasUsed"},
    {Check::op_name,              "op.name",              "the printed opName is a name of the printed op; said once, as a warning",               "EIP-3155 opName"},
    {Check::summary_fork,         "summary.fork",         "the fork that the summary names is one that every step allows",                         "EIP-3155 fork"},
};
// clang-format on

constexpr bool in_order() {
    for (std::size_t i = 0; i < check_count; ++i)
        if (table[i].check != static_cast<Check>(i)) return false;
    return std::size(table) == check_count;
}
static_assert(in_order(), "info() finds a check's row by its number");

}  // namespace

std::span<const CheckInfo> checks() {
    return table;
}

const CheckInfo& info(Check check) {
    return table[static_cast<std::size_t>(check)];
}

std::string_view family_of(std::string_view check_name) {
    return check_name.substr(0, check_name.find('.'));
}

std::vector<std::string_view> check_families() {
    std::vector<std::string_view> families;
    for (const CheckInfo& row : table)
        if (std::ranges::find(families, family_of(row.name)) == families.end())
            families.push_back(family_of(row.name));
    return families;
}

CheckSet checks_named(std::string_view name) {
    CheckSet named;
    for (const CheckInfo& row : table)
        if (row.name == name || family_of(row.name) == name) named = named | row.check;
    return named;
}

}  // namespace evmmem::traces
