// SPDX-License-Identifier: MIT
#include "rule_presets.hpp"

#include <algorithm>

#include "memory_pricing.hpp"
#include "rule_table.hpp"

namespace evmmem {
namespace {

using rule_table::Change;
using rule_table::only;
using enum Opcode;
using enum Rule;

// clang-format off

// Monad's prices of reading state and of precompiles, and its sizes of code, before its linear memory.
constexpr Change monad_eight[] = {
    {create_code_max,                    131072, "docs.monad.xyz, Differences"},
    {create_init_code_max,               262144, "docs.monad.xyz, Differences"},
    {access_cold_account_gas,             10100, "docs.monad.xyz, Opcode Pricing"},
    {access_cold_slot_gas,                 8100, "docs.monad.xyz, Opcode Pricing"},
    {storage_cold_gas,                     8100, "docs.monad.xyz, Opcode Pricing"},
    {ecrecover_gas,                        6000, "docs.monad.xyz, Opcode Pricing"},
    {bn254_add_gas,                         300, "docs.monad.xyz, Opcode Pricing"},
    {bn254_mul_gas,                       30000, "docs.monad.xyz, Opcode Pricing"},
    {bn254_pairing_gas,                  225000, "docs.monad.xyz, Opcode Pricing"},
    {bn254_pairing_pair_gas,             170000, "docs.monad.xyz, Opcode Pricing"},
    {blake2f_round_gas,                       2, "docs.monad.xyz, Opcode Pricing"},
    {point_evaluation_gas,               200000, "docs.monad.xyz, Opcode Pricing"},
    {p256_verify_gas,                      6900, "docs.monad.xyz, Differences"},
    {transaction_gas_max,              30000000, "docs.monad.xyz, Gas Pricing"},
};

// Polygon's client had mainnet's Prague, with RIP-7212 and without blobs' precompile.
constexpr Change polygon_bhilai[] = {
    {create_code_max,                     32768, "PIP-30"},
    {p256_verify_gas,                      3450, "PIP-27"},
    {point_evaluation_gas,            no_number, "bor, core/vm/contracts.go, PrecompiledContractsPrague"},
};

// On top of what of Osaka it has: CLZ, modexp's and P256VERIFY's prices.
constexpr Change polygon_pip88[] = {
    {create_code_max,                     32768, "PIP-30"},
    {point_evaluation_gas,            no_number, "bor, core/vm/contracts.go, PrecompiledContractsChicago"},
    {transaction_gas_max,              33554432, "bor, params/protocol_params.go, Madhugiri"},
    {access_cold_slot_gas,                 5460, "PIP-88"},
    {storage_cold_gas,                     2940, "PIP-88"},
    {storage_change_gas,                   2060, "PIP-88"},
    {refund_clear,                         3960, "PIP-88"},
    {refund_restore,                       1960, "PIP-88"},
    {bn254_add_gas,                         540, "PIP-88"},
    {bn254_mul_gas,                       12600, "PIP-88"},
    {bn254_pairing_gas,                   67500, "PIP-88"},
    {bn254_pairing_pair_gas,              51000, "PIP-88"},
    {blake2f_round_gas,                      22, "PIP-88"},
    {bls_g1_add_gas,                       1050, "PIP-88"},
    {bls_g1_msm_point_gas,                73200, "PIP-88"},
    {bls_g2_add_gas,                       1620, "PIP-88"},
    {bls_g2_msm_point_gas,               144000, "PIP-88"},
    {bls_pairing_gas,                    109330, "PIP-88"},
    {bls_pairing_pair_gas,                94540, "PIP-88"},
    {bls_map_fp_to_g1_gas,                15400, "PIP-88"},
    {bls_map_fp2_to_g2_gas,               66640, "PIP-88"},
};

// The signature of the curve P-256, before mainnet had it and at another price.
constexpr Change p256_verify[] = {
    {p256_verify_gas,                      3450, "RIP-7212"},
};

constexpr Change no_base_fee[] = {
    {only(BASEFEE),                   no_number, "ECIP-1104"},
};

constexpr std::string_view optimism_limits =
    "the longest inputs of pairings and of sums of points, beyond which they fail";
constexpr std::string_view bsc_precompiles = "BSC's own precompiles, 0x64 to 0x69";

/// A preset, and what it is made of.
struct PresetRow {
    RulePreset preset;
    std::optional<Fork> fork;
    std::string_view memory;  ///< a memory_presets() row; empty: the fork's memory
    std::span<const Change> changes;
};

constexpr std::string_view monads_own =
    "its own precompiles, 0x1000 and 0x1001; that a transaction pays for all the gas it may use; "
    "that a delegated account creates nothing";

constexpr PresetRow preset_rows[] = {
    {{"mainnet",  "each fork's own rules", "Yellow Paper, and the EIPs of the forks", ""},
     {}, "", {}},
    {{"eip-7923", "memory priced by pages of 4096 bytes", "EIP-7923", ""},
     {}, "eip-7923", {}},
    {{"eip-7686", "memory priced linearly, and bounded by gas", "EIP-7686", ""},
     {}, "eip-7686", {}},
    {{"mip-3",    "memory priced linearly, 8 MiB in all", "MIP-3", ""},
     {}, "monad", {}},
    {{"monad-eight", "Monad from November 2025 on", "docs.monad.xyz/developer-essentials/opcode-pricing", monads_own},
     Fork::prague, "", monad_eight},
    {{"monad-nine", "Monad from March 2026 on", "docs.monad.xyz/developer-essentials/opcode-pricing", monads_own},
     Fork::osaka, "monad", monad_eight},
    {{"polygon-bhilai", "Polygon from block 73440256 on, Bhilai", "PIP-27, PIP-30, github.com/0xPolygon/bor", ""},
     Fork::prague, "", polygon_bhilai},
    {{"polygon-pip88", "Polygon from block 87218600 on, Chicago", "PIP-88, github.com/0xPolygon/bor", ""},
     Fork::osaka, "", polygon_pip88},
    {{"optimism-fjord", "OP Mainnet and its like, from Fjord of July 2024 on",
      "specs.optimism.io/protocol/fjord/exec-engine.html", optimism_limits},
     Fork::cancun, "", p256_verify},
    {{"optimism-isthmus", "the same from Isthmus on",
      "specs.optimism.io/protocol/isthmus/exec-engine.html", optimism_limits},
     Fork::prague, "", p256_verify},
    {{"bsc-haber", "BNB Smart Chain from June 2024 on", "github.com/bnb-chain/bsc", bsc_precompiles},
     Fork::cancun, "", p256_verify},
    {{"bsc-pascal", "BNB Smart Chain from March 2025 on", "github.com/bnb-chain/bsc", bsc_precompiles},
     Fork::prague, "", p256_verify},
    {{"etc-mystique", "Ethereum Classic from block 14525000 on", "ECIP-1104", ""},
     Fork::london, "", no_base_fee},
    {{"etc-spiral", "Ethereum Classic from block 19250000 on", "ECIP-1109", ""},
     Fork::shanghai, "", no_base_fee},
};

constexpr UnsupportedRules unsupported[] = {
    {"monad-ten", "from MIP-8 on a page of 128 slots is warm or cold, and SSTORE pays for pages: a model of its own",
     "MIP-8"},
    {"arbitrum", "Stylus programs are WebAssembly and pay in ink, and ArbOS charges for what it posts: models of its own",
     "docs.arbitrum.io/stylus/reference/opcode-hostio-pricing"},
    {"zksync-era", "EraVM is not the EVM, and pays for everything in gas of its own",
     "docs.zksync.io/zksync-protocol/evm-interpreter/evm-differences"},
};
// clang-format on

constexpr auto listed = [] {
    std::array<RulePreset, std::size(preset_rows)> presets{};
    std::ranges::transform(preset_rows, presets.begin(), &PresetRow::preset);
    return presets;
}();

/// The numbers that decide what memory costs, as `memory` has them and no fork.
void add_memory(RuleSet& set, const MemoryPreset& memory) {
    Rules rules;
    memory.apply(rules);
    for (const Rule rule : memory_rules())
        if (rules[rule] != fork_rules.front()[rule])
            set.set(rule, rules[rule], std::string{memory.source});
}

void add_change(RuleSet& set, const Change& change) {
    if (!change.is_price) return set.set(change.rule, change.number, std::string{change.source});
    for (int byte = 0; byte < 256; ++byte)
        if (const auto op = static_cast<Opcode>(byte); change.is_of(op))
            set.set(op, change.number, std::string{change.source});
}

}  // namespace

std::span<const RulePreset> rule_presets() {
    return listed;
}

std::optional<RuleSet> rule_preset(std::string_view name) {
    const auto row = std::ranges::find(preset_rows, name,
                                       [](const PresetRow& each) { return each.preset.name; });
    if (row == std::end(preset_rows)) return std::nullopt;
    RuleSet set;
    set.name = name;
    set.fork = row->fork;
    const auto memory = std::ranges::find(memory_presets(), row->memory, &MemoryPreset::name);
    if (memory != memory_presets().end()) add_memory(set, *memory);
    for (const Change& change : row->changes)
        add_change(set, change);
    return set;
}

std::span<const UnsupportedRules> unsupported_rules() {
    return unsupported;
}

}  // namespace evmmem
