// SPDX-License-Identifier: MIT
// How one client prints steps. The table of dialects is data: what sets a dialect apart from others,
// and what its readers and the replay must know about it. Recognised by what the trace shows.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace evmmem::traces {

/// The moment at which a line's memory and memSize were taken, relative to the line's own
/// instruction.
enum class MemoryTiming : std::uint8_t {
    before = 1,  ///< EIP-3155
    expanded =
        2,  ///< after the instruction's expansion, before its write: geth until 1.10.17, ganache
    after = 4,  ///< after expansion and write: besu's debug_trace*
};

/// Which of them a dialect may have: a client changed it without changing its format.
class MemoryTimings {
public:
    constexpr MemoryTimings() = default;
    constexpr MemoryTimings(MemoryTiming one)  // NOLINT: a set of one
        : bits_{static_cast<std::uint8_t>(one)} {}
    constexpr MemoryTimings operator|(MemoryTimings other) const {
        MemoryTimings result;
        result.bits_ = bits_ | other.bits_;
        return result;
    }
    constexpr bool contains(MemoryTiming one) const {
        return (bits_ & static_cast<std::uint8_t>(one)) != 0;
    }
    constexpr void remove(MemoryTiming one) {
        bits_ = static_cast<std::uint8_t>(bits_ & ~static_cast<std::uint8_t>(one));
    }
    constexpr bool empty() const { return bits_ == 0; }
    constexpr bool operator==(const MemoryTimings&) const = default;

private:
    std::uint8_t bits_ = 0;
};
constexpr MemoryTimings operator|(MemoryTiming a, MemoryTiming b) {
    return MemoryTimings{a} | MemoryTimings{b};
}

/// What a client's gasCost means.
enum class GasCostStyle : std::uint8_t {
    full,  ///< all that the instruction costs; CALL with the gas passed on, CREATE without it
           ///< (geth)
    full_create,    ///< as full, CREATE with the gas passed on, too (revm)
    own,            ///< all that it costs, without gas passed on (ethereumjs)
    base,           ///< the base table only (evmone, remix)
    net,            ///< on calls a difference of gas between lines, not a cost (ganache)
    calls_unknown,  ///< as full, but whether calls and CREATE count the gas passed on is not known
    unreliable,     ///< not to be believed (geth 1.9.0), or none is printed (parity)
};

/// What the gasUsed of a summary line counts.
enum class SummaryGas : std::uint8_t {
    unknown,
    execution,    ///< what the steps used
    transaction,  ///< the intrinsic gas, too, less refunds
};

struct Evidence;

struct Dialect {
    std::string_view name;     ///< as `--dialect` takes it and reports print it
    std::string_view client;   ///< who prints it, with versions, for people
    std::string_view marks;    ///< what it is recognised by, for people
    bool is_document = false;  ///< a JSON document with structLogs, not JSON lines

    MemoryTimings timings = MemoryTiming::before;
    GasCostStyle gas_cost = GasCostStyle::full;
    std::uint32_t depth_base = 1;       ///< what the client calls the outermost frame's depth
    std::uint32_t stack_items_max = 0;  ///< a longer stack is printed cut to its top; 0: never cut
    bool has_memory_size = true;        ///< prints a memSize that can be believed
    bool has_memory = true;             ///< a memory field, where there is one, can be believed
    std::uint32_t memory_chunk_bytes = 32;  ///< of an item where memory is an array
    bool has_return_data = true;  ///< a returnData field, where there is one, can be believed
    bool has_storage = true;      ///< a storage field, where there is one, has the step's own slot
    bool has_errors = true;       ///< says on a step's line that the step failed
    bool has_summary = true;      ///< says when a transaction is over, or prints its last step
    bool has_stop = true;         ///< prints a line for STOP
    bool warms_precompiles = true;  ///< its precompiles are warm, as EIP-2929 says
    SummaryGas summary_gas = SummaryGas::unknown;
    /// Every client of the dialect is known to print gasCost right, but for bugs.
    bool has_sure_gas_cost = false;
    /// Prints the STOP after the end of the code: a frame's last step always ends it.
    bool prints_last_stop = false;
    /// Prices EXP and SSTORE by another fork than the rest, on old forks: a warning.
    bool mixes_up_forks = false;
    /// A call's line has the gas that it hands on in place of its first operand (geth until 1.7).
    bool replaces_call_gas = false;
    /// Counts the refund by frame, where it may fall below 0.
    bool has_negative_refund = false;
    /// An SSTORE that fails for EIP-2200's sentry has a gasCost of 0: it has no price yet.
    bool prices_after_sentry = false;
    /// Its memory may have been taken at any moment: the client has had several habits, or may be
    /// anyone.
    bool has_any_timing = false;

    /// Whether what was seen of a trace has the marks of this dialect.
    bool (*has_marks)(const Evidence&) = nullptr;

    bool operator==(const Dialect&) const = default;
};

/// All dialects; the first of several that a trace could be is the one it is said to be.
std::span<const Dialect> dialects();

/// The dialect of that name; null when there is none.
const Dialect* find_dialect(std::string_view name);

/// The first dialect whose marks the evidence has; there is always one.
const Dialect& recognise(const Evidence& evidence);

/// The dialect as the trace at hand shows it: clients change a habit and keep the rest, and what a
/// user left out may have been a mark. Where the evidence contradicts the row, it is believed.
Dialect fitted(const Dialect& row, const Evidence& evidence);

}  // namespace evmmem::traces
