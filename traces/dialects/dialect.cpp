// SPDX-License-Identifier: MIT
#include "dialect.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "dialect_evidence.hpp"

namespace evmmem::traces {
namespace {

constexpr MemoryTimings before = MemoryTiming::before;
constexpr MemoryTimings expanded = MemoryTiming::expanded;
constexpr MemoryTimings after = MemoryTiming::after;

// ---- marks: questions to the evidence -----------------------------------------------------------

/// Of all of them; of many one may be strange, and is for the replay to judge.
bool always(std::uint32_t count, std::uint32_t all) {
    constexpr std::uint32_t many = 16;
    return all != 0 && count + (all >= many ? 1 : 0) >= all;
}
/// On every line.
bool always(std::uint32_t count, const Evidence& seen) {
    return always(count, seen.steps);
}
/// The outermost depth is 0, and not only one line's.
bool counts_from_zero(const Evidence& seen) {
    return seen.is_first_depth_zero && (seen.depth_zero > 1 || seen.steps == 1);
}
bool is_line(const Evidence& seen) {
    return !seen.is_document;
}
bool has_mnemonics(const Evidence& seen) {
    return seen.op.text != 0;
}

/// Lines that do not show who printed them, unless the words at the end or an error do.
bool is_common_line(const Evidence& seen) {
    return is_line(seen) && always(seen.op.number, seen) && seen.memory.array == 0;
}

bool is_revm(const Evidence& seen) {
    return is_line(seen) && (seen.reservoir.hex != 0 ||
                             (always(seen.memory_size.hex, seen) && seen.refund.hex != 0));
}
/// In an order that no client prints, and that says who wrote it.
bool is_converted_line(const Evidence& seen) {
    return is_common_line(seen) && seen.order.starts_with("pc op opName gas ");
}
bool is_converted_document(const Evidence& seen) {
    return seen.is_document && seen.order.starts_with("pc depth op gas ");
}
bool is_parity(const Evidence& seen) {
    return is_line(seen) && always(seen.op.number, seen) && always(seen.gas_cost.absent, seen) &&
           always(seen.gas.hex, seen) && (seen.is_sorted || seen.summaries_parity != 0);
}
bool is_goevmlab(const Evidence& seen) {
    return is_line(seen) && always(seen.op.hex, seen) && always(seen.gas_cost.absent, seen);
}
bool is_goevmlab_2020(const Evidence& seen) {
    return is_line(seen) && always(seen.op.number, seen) && seen.cost_zero != 0 &&
           seen.cost_right == 0 && seen.memory_size_set == 0 && seen.stack_size_max <= 6;
}
bool is_ethereumjs_t8n(const Evidence& seen) {
    return is_line(seen) && always(seen.op.hex, seen) && always(seen.memory.array, seen);
}
bool is_besu_7756(const Evidence& seen) {
    return is_line(seen) && always(seen.op.hex, seen) && seen.summaries_evmone == 0;
}
bool is_ethereumjs_debug(const Evidence& seen) {
    return is_line(seen) && has_mnemonics(seen) && counts_from_zero(seen);
}
bool is_nethermind(const Evidence& seen) {
    return is_common_line(seen) && always(seen.op_name.absent, seen) &&
           always(seen.refund.absent, seen) && always(seen.memory_size.number, seen) &&
           seen.summaries_evmone == 0;
}
bool is_erigon(const Evidence& seen) {
    return is_common_line(seen) && always(seen.return_data.strings(), seen) &&
           always(seen.memory.strings(), seen) &&
           (seen.state_roots_spaced != 0 || seen.memory.hex == 0);
}
bool is_geth_1_9(const Evidence& seen) {
    return is_common_line(seen) && always(seen.error.present(), seen) &&
           always(seen.memory.strings(), seen) && seen.cost_wrong * 8 > seen.cost_right;
}
/// Geth's words at the end, or geth's words for an error.
bool has_words_of_geth(const Evidence& seen) {
    return seen.outputs != 0 || seen.state_roots_spaced != 0 || seen.errors_geth != 0;
}
bool is_geth_1_10(const Evidence& seen) {
    // A memory that somebody has left out is a mark less, and an error is on every line all the same.
    return is_common_line(seen) && always(seen.error.present(), seen) &&
           (always(seen.memory.strings(), seen) ||
            (seen.memory.present() == 0 && has_words_of_geth(seen)));
}
bool is_evmone(const Evidence& seen) {
    if (is_line(seen) && seen.summaries_evmone != 0) return true;  // no one else prints that
    return is_common_line(seen) && seen.memory.present() == 0 && seen.error.present() == 0 &&
           seen.cost_base != 0 && seen.cost_grown == 0;
}
bool is_ethereumjs(const Evidence& seen) {
    return is_common_line(seen) && always(seen.memory.strings(), seen) &&
           (seen.summaries_ethereumjs != 0 || seen.calls_own != 0 || seen.creates_own != 0) &&
           seen.calls_full == 0;
}
bool is_besu(const Evidence& seen) {
    return is_common_line(seen) && (seen.summaries_besu != 0 || seen.errors_besu != 0);
}
bool is_besu_run(const Evidence& seen) {
    return is_common_line(seen) && seen.summaries_besu_run != 0;
}
bool is_nimbus(const Evidence& seen) {
    if (!is_line(seen) || !always(seen.op.number, seen)) return false;
    return seen.errors_nimbus != 0 || always(seen.memory.array, seen) ||
           (seen.outputs != 0 && seen.state_roots != 0 && seen.outputs_prefixed == 0);
}
bool is_eels(const Evidence& seen) {
    return is_common_line(seen) && seen.errors_class_name != 0 && seen.outputs_inside == 0;
}
bool is_geth(const Evidence& seen) {
    return is_common_line(seen) && !always(seen.memory.empty_hex + seen.memory.hex, seen) &&
           has_words_of_geth(seen);
}
bool is_any_line(const Evidence& seen) {
    return is_line(seen);
}

bool is_remix(const Evidence& seen) {
    if (!seen.is_document) return false;
    // No one else's pieces of memory are half words, and remix' are never whole ones.
    if (seen.words_with_0x + seen.words_without_0x != 0)
        return always(seen.words_half, seen.words_with_0x + seen.words_without_0x);
    return always(seen.gas.text, seen) && always(seen.gas_cost.text, seen);
}
bool is_ganache(const Evidence& seen) {
    return seen.is_document && always(seen.gas.hex, seen) && always(seen.gas_cost.number, seen);
}
bool is_besu_spec(const Evidence& seen) {
    // An instruction's number, whatever the base: lists of structLogs have its name.
    return seen.is_document && always(seen.op.number + seen.op.hex, seen);
}
bool is_ethereumjs_document(const Evidence& seen) {
    return seen.is_document && seen.steps != 0 &&
           ((counts_from_zero(seen) && seen.refund.present() == 0) || seen.words_empty_0x != 0);
}
bool is_nimbus_document(const Evidence& seen) {
    return seen.is_document && seen.order.starts_with("op pc depth ");
}
bool is_hardhat(const Evidence& seen) {
    return seen.is_document && seen.order == "depth gas gasCost op pc memory stack ";
}
bool is_anvil(const Evidence& seen) {
    return seen.is_document && always(seen.refund.number, seen) && has_mnemonics(seen);
}
bool is_besu_document(const Evidence& seen) {
    return seen.is_document && seen.words_with_0x != 0 &&
           (seen.words_compact > 1 || seen.words_compact == seen.words_with_0x ||
            seen.memory_on_own_line > seen.memory_on_next_line);
}
bool is_geth_old_document(const Evidence& seen) {
    return seen.is_document && seen.stack_without_0x != 0 && seen.stack_with_0x == 0;
}
bool is_sorted_document(const Evidence& seen) {
    return seen.is_document && has_mnemonics(seen) && seen.is_sorted;
}
bool is_geth_document(const Evidence& seen) {
    return seen.is_document && seen.words_with_0x != 0 && seen.words_compact <= 1;
}
bool is_geth_middle_document(const Evidence& seen) {
    return seen.is_document && seen.words_without_0x != 0;
}
bool is_any_document(const Evidence& seen) {
    return seen.is_document;
}

// The order matters: the first row whose marks are there is taken, so rows with marks of their own
// stand before those that are known by what they lack. `has_marks` is the last column.
// clang-format off
constexpr Dialect table[] = {
    // ---- JSON lines ----
    // Whatever any client is known to do may be in what is converted from its trace.
    {.name = "evmmem",
     .client = "evmmem convert, from any client's trace",
     .marks = "EIP-3155 lines in which opName follows op",
     .has_errors = false, .warms_precompiles = false, .mixes_up_forks = true, .replaces_call_gas = true, .has_negative_refund = true, .has_marks = is_converted_line},
    {.name = "revm",
     .client = "revme of revm",
     .marks = "memSize and refund are hex; returnData is always \"0x\"; newer ones print reservoir and stateGas",
     .gas_cost = GasCostStyle::full_create, .has_return_data = false,
     .summary_gas = SummaryGas::transaction, .has_sure_gas_cost = true, .prints_last_stop = true, .has_negative_refund = true, .has_marks = is_revm},
    {.name = "parity",
     .client = "parity and openethereum, --std-json and --json",
     .marks = "no gasCost; gas is hex; fields in alphabetical order",
     .gas_cost = GasCostStyle::unreliable, .has_memory_size = false, .has_memory = false,
     .has_errors = false, .summary_gas = SummaryGas::transaction, .has_marks = is_parity},
    {.name = "goevmlab",
     .client = "goevmlab's canonical lines",
     .marks = "op is hex, gas a number; no gasCost, no memSize; the last 6 stack items only",
     .gas_cost = GasCostStyle::unreliable, .stack_items_max = 6, .has_memory_size = false,
     .has_memory = false, .has_errors = false, .has_summary = false, .has_stop = false, .has_marks = is_goevmlab},
    {.name = "goevmlab-2020",
     .client = "goevmlab's canonical lines of 2020",
     .marks = "gasCost and memSize are always 0; the last 6 stack items only",
     .gas_cost = GasCostStyle::unreliable, .stack_items_max = 6, .has_memory_size = false,
     .has_memory = false, .has_return_data = false, .has_errors = false, .has_summary = false, .has_stop = false, .has_marks = is_goevmlab_2020},
    {.name = "ethereumjs-t8n",
     .client = "ethereumjs' t8n and stepTraceJSON",
     .marks = "op is hex without padding, gas a number, memory an array; memSize is wrong and not used",
     .gas_cost = GasCostStyle::own, .has_memory_size = false, .warms_precompiles = false, .has_marks = is_ethereumjs_t8n},
    {.name = "besu-7756",
     .client = "besu's evmtool with --trace.noeip-3155, and other EIP-7756 lines",
     .marks = "op is hex, gas and gasCost are numbers",
     .summary_gas = SummaryGas::transaction, .has_sure_gas_cost = true, .has_marks = is_besu_7756},
    {.name = "ethereumjs-debug",
     .client = "ethereumjs' EVM with DEBUG=evm:ops:*",
     .marks = "text before each object; op is a mnemonic; the outermost depth is 0",
     .gas_cost = GasCostStyle::own, .depth_base = 0, .has_memory_size = false, .has_memory = false,
     .has_errors = false, .warms_precompiles = false, .has_marks = is_ethereumjs_debug},
    {.name = "nethermind",
     .client = "nethermind's nethtest",
     .marks = "no opName, no refund; memSize is a number",
     .summary_gas = SummaryGas::execution, .has_sure_gas_cost = true, .has_marks = is_nethermind},
    {.name = "geth-1.9",
     .client = "go-ethereum 1.9.0 and 1.9.1, and tools built on them",
     .marks = "as geth-1.10, with a stale gasCost",
     .timings = expanded, .gas_cost = GasCostStyle::unreliable,
     .has_errors = false, .summary_gas = SummaryGas::execution, .prints_last_stop = true, .replaces_call_gas = true, .has_marks = is_geth_1_9},
    {.name = "geth-1.10",
     .client = "go-ethereum's evm up to 1.10.17, and what was forked from it",
     .marks = "every line has an error, \"\" or null where there is none, and a memory, \"0x\" where it is not wanted",
     .timings = expanded, .has_errors = false, .summary_gas = SummaryGas::execution, .prints_last_stop = true, .replaces_call_gas = true, .has_marks = is_geth_1_10},
    {.name = "erigon",
     .client = "erigon's evm",
     .marks = "every line has memory and returnData, \"0x\" where they are not wanted",
     .has_errors = false, .summary_gas = SummaryGas::execution, .has_sure_gas_cost = true, .prints_last_stop = true, .has_marks = is_erigon},
    {.name = "evmone",
     .client = "evmone",
     .marks = "gasCost is the base cost only; no memory, no error; a summary of pass, gasUsed, stateRoot",
     .gas_cost = GasCostStyle::base, .has_errors = false,
     .summary_gas = SummaryGas::transaction, .has_negative_refund = true, .has_marks = is_evmone},
    {.name = "ethereumjs",
     .client = "EIP-3155 lines recorded from ethereumjs' step events",
     .marks = "every line has a memory; gasCost leaves out the gas that a call passes on",
     .gas_cost = GasCostStyle::own, .has_errors = false, .warms_precompiles = false, .has_marks = is_ethereumjs},
    {.name = "besu-run",
     .client = "besu's evmtool without a test",
     .marks = "a summary of stateRoot, output, gasUsed, pass and fork",
     .has_sure_gas_cost = true, .has_marks = is_besu_run},
    {.name = "besu",
     .client = "besu's evmtool",
     .marks = "a summary with test, fork and postLogsHash; errors such as \"Out of gas\"",
     .summary_gas = SummaryGas::transaction, .has_sure_gas_cost = true, .has_marks = is_besu},
    {.name = "nimbus",
     .client = "nimbus' evmstate",
     .marks = "errors begin with \"Opcode Dispatch Error\"; memory is an array; {\"stateRoot\":\"..\"} without a blank",
     .summary_gas = SummaryGas::execution, .has_sure_gas_cost = true, .has_negative_refund = true, .has_marks = is_nimbus},
    {.name = "eels",
     .client = "execution-specs' ethereum-spec-evm",
     .marks = "as geth, with class names for errors: \"OutOfGasError\"",
     .summary_gas = SummaryGas::execution, .has_sure_gas_cost = true, .prints_last_stop = true, .has_marks = is_eels},
    {.name = "geth",
     .client = "go-ethereum's evm since 1.10.18; execution-specs print the same where nothing fails",
     .marks = "{\"output\",\"gasUsed\"} lines, {\"stateRoot\": \"..\"} with a blank, errors such as \"out of gas\"",
     .summary_gas = SummaryGas::execution, .has_sure_gas_cost = true, .prints_last_stop = true, .prices_after_sentry = true,
     .has_any_timing = true, .has_marks = is_geth},
    {.name = "eip-3155",
     .client = "any client that follows EIP-3155",
     .marks = "nothing that distinguishes one client from another",
     .gas_cost = GasCostStyle::calls_unknown, .has_errors = false, .warms_precompiles = false, .prints_last_stop = true, .has_negative_refund = true, .has_any_timing = true, .has_marks = is_any_line},

    // ---- documents ----
    {.name = "evmmem-structlogs",
     .client = "evmmem convert --to structlogs, from any client's trace",
     .marks = "structLogs in which depth follows pc",
     .is_document = true, .has_errors = false, .warms_precompiles = false,
     .summary_gas = SummaryGas::transaction, .mixes_up_forks = true, .replaces_call_gas = true, .has_negative_refund = true, .has_marks = is_converted_document},
    {.name = "besu-spec",
     .client = "besu's evmtool, its lines inside a test specification's stdout",
     .marks = "an array \"stdout\" of EIP-3155 objects",
     .is_document = true, .has_marks = is_besu_spec},
    {.name = "remix",
     .client = "remix' VM",
     .marks = "memory in pieces of 16 bytes; without memory, gas and gasCost are decimal numbers in quotes",
     .is_document = true, .gas_cost = GasCostStyle::base, .memory_chunk_bytes = 16,
     .has_storage = false, .has_errors = false, .has_marks = is_remix},
    {.name = "ganache",
     .client = "ganache 7",
     .marks = "gas is hex, gasCost a number",
     .is_document = true, .timings = expanded, .gas_cost = GasCostStyle::net,
     .summary_gas = SummaryGas::transaction, .has_marks = is_ganache},
    {.name = "ethereumjs-structlogs",
     .client = "ethereumjs' client, debug_trace*",
     .marks = "the outermost depth is 0; memory words but the first are \"0x\"; gasCost is wrong and not used",
     .is_document = true, .gas_cost = GasCostStyle::unreliable, .depth_base = 0, .has_memory = false,
     .has_storage = false, .warms_precompiles = false, .summary_gas = SummaryGas::transaction, .has_marks = is_ethereumjs_document},
    {.name = "nimbus-structlogs",
     .client = "nimbus' older tracer",
     .marks = "op stands first; words of 64 digits without 0x",
     .is_document = true, .summary_gas = SummaryGas::transaction, .has_marks = is_nimbus_document},
    {.name = "hardhat",
     .client = "hardhat 2",
     .marks = "depth, gas, gasCost, op, pc, memory, stack; words of 64 digits without 0x",
     .is_document = true, .gas_cost = GasCostStyle::full_create, .has_errors = false,
     .summary_gas = SummaryGas::transaction, .prints_last_stop = true, .has_marks = is_hardhat},
    {.name = "anvil",
     .client = "anvil, reth, hardhat 3: what uses revm-inspectors",
     .marks = "every step has a refund, also 0; memory words with 0x",
     .is_document = true, .gas_cost = GasCostStyle::full_create,
     .summary_gas = SummaryGas::transaction, .prints_last_stop = true, .mixes_up_forks = true, .has_marks = is_anvil},
    {.name = "besu-structlogs",
     .client = "besu's debug_trace*",
     .marks = "memory words with 0x and without leading zeros, as they are after the step",
     .is_document = true, .timings = after, .has_errors = false,
     .summary_gas = SummaryGas::transaction, .has_marks = is_besu_document},
    {.name = "geth-1.10-structlogs",
     .client = "go-ethereum's debug_trace* up to 1.10.4, and what was forked from it",
     .marks = "stack words of 64 digits without 0x",
     .is_document = true, .timings = expanded, .summary_gas = SummaryGas::transaction,
     .prints_last_stop = true, .has_marks = is_geth_old_document},
    {.name = "erigon-structlogs",
     .client = "debug_trace* of erigon and silkworm as rpc-tests keep it",
     .marks = "fields in alphabetical order",
     .is_document = true, .timings = before | expanded, .has_errors = false,
     .summary_gas = SummaryGas::transaction, .prints_last_stop = true, .has_marks = is_sorted_document},
    {.name = "geth-structlogs",
     .client = "go-ethereum's debug_trace* since 1.17.3, erigon, nethermind",
     .marks = "memory words of 64 digits with 0x",
     .is_document = true, .timings = before, .has_errors = false,
     .summary_gas = SummaryGas::transaction, .prints_last_stop = true, .has_any_timing = true, .has_marks = is_geth_document},
    {.name = "geth-1.17-structlogs",
     .client = "go-ethereum's debug_trace* 1.10.5 to 1.17.2, nethermind, silkworm",
     .marks = "memory words of 64 digits without 0x, stack words with 0x",
     .is_document = true, .timings = before | expanded, .has_errors = false,
     .summary_gas = SummaryGas::transaction, .prints_last_stop = true, .has_marks = is_geth_middle_document},
    {.name = "structlogs",
     .client = "debug_trace* of any client; without memory go-ethereum, besu and erigon print the same",
     .marks = "an array \"structLogs\", and nothing that distinguishes one client from another",
     .is_document = true, .timings = before | expanded | after, .has_errors = false,
     .summary_gas = SummaryGas::transaction, .prints_last_stop = true, .has_any_timing = true, .has_marks = is_any_document},
};
// clang-format on

}  // namespace

std::span<const Dialect> dialects() {
    return table;
}

const Dialect* find_dialect(std::string_view name) {
    const auto* found = std::ranges::find(table, name, &Dialect::name);
    return found != std::end(table) ? found : nullptr;
}

Dialect fitted(const Dialect& row, const Evidence& seen) {
    Dialect dialect = row;
    // One line may be strange, and is for the replay to judge; but not of a client that has had several
    // habits.
    const std::uint32_t few = row.timings != before || row.has_any_timing ? 1 : 2;
    const auto fit_timing = [&](const Evidence::Growth& growth) {
        constexpr std::uint32_t many_more = 8;
        const auto outweighs = [&](std::uint32_t count, std::uint32_t other) {
            return count >= few && count > many_more * other;
        };
        const MemoryTimings own_line = expanded | after;
        const bool may_be_own = dialect.timings.contains(MemoryTiming::expanded) ||
                                dialect.timings.contains(MemoryTiming::after);
        if (outweighs(growth.on_next_line, growth.on_own_line))
            dialect.timings = before;
        else if (outweighs(growth.on_own_line, growth.on_next_line)) {
            dialect.timings.remove(MemoryTiming::before);
            if (!may_be_own) dialect.timings = own_line;
        }
    };
    if (row.has_memory_size) fit_timing(seen.growth_by_size);
    if (row.has_memory) fit_timing(seen.growth_by_field);
    // Depths are counted from what the first step shows.
    if (seen.steps != 0) dialect.depth_base = counts_from_zero(seen) ? 0 : 1;
    // 16 bytes a piece, where some are printed so; else words.
    if (seen.words_half == 0) dialect.memory_chunk_bytes = 32;
    // Geth prints a refund since 1.8, so lines without one may be older.
    if (row.has_any_timing && !row.is_document && seen.refund.present() == 0)
        dialect.replaces_call_gas = true;
    // A base cost that holds memory's growth is none; and of documents remix' alone have one.
    const bool shows_no_base = seen.cost_grown != 0 || (row.is_document && seen.cost_base == 0);
    if (row.gas_cost == GasCostStyle::base && shows_no_base)
        dialect.gas_cost = GasCostStyle::calls_unknown;
    // What a summary counts is known of the client whose summary it is.
    const std::uint32_t summaries = seen.summaries_besu + seen.summaries_besu_run +
                                    seen.summaries_evmone + seen.summaries_revm +
                                    seen.summaries_parity + seen.summaries_ethereumjs;
    if (row.summary_gas == SummaryGas::execution && summaries != 0)
        dialect.summary_gas = SummaryGas::unknown;
    // One that is wrong again and again is no cost of this line.
    constexpr std::uint32_t again_and_again = 8;
    if (seen.cost_wrong >= again_and_again && seen.cost_wrong > seen.cost_right / 8)
        dialect.has_sure_gas_cost = false;
    return dialect;
}

const Dialect& recognise(const Evidence& evidence) {
    const auto* found =
        std::ranges::find_if(table, [&](const Dialect& row) { return row.has_marks(evidence); });
    if (found == std::end(table)) found = find_dialect("eip-3155");
    assert(found != nullptr);
    return *found;
}

}  // namespace evmmem::traces
