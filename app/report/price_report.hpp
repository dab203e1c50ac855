// SPDX-License-Identifier: MIT
// What traces would have cost, as tables for people, as JSON and as CSV: transaction by transaction as they
// come, then the sums; or, of several rules at once, the sums of each.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/host/output.hpp"
#include "app/host/palette.hpp"
#include "core/rule_key.hpp"
#include "price_format.hpp"
#include "price_row.hpp"

namespace evmmem::app {

/// What is compared with what.
struct PriceSubject {
    std::string rules;                  ///< what they are called
    std::string against;                ///< likewise; empty: what the trace shows
    std::optional<std::size_t> before;  ///< their places among the rules that were priced
    std::size_t after = 0;
};

/// A trace, when it is over.
struct PricedTraceEnd {
    std::uint64_t findings = 0;     ///< of the replay
    std::vector<std::string> gaps;  ///< why it is not whole: sentences without a full stop
    /// Numbers that differ, and that nothing here looks at.
    std::vector<std::string> not_priced;
};

/// Gas by instruction, and the frames that change most, of the transactions that do the same.
class PriceBreakdown {
public:
    struct Instruction {
        std::uint64_t steps = 0;
        std::int64_t before = 0;
        std::int64_t after = 0;
    };
    struct Frame {
        std::string file;
        std::uint64_t transaction = 0;
        traces::StepReference call;
        std::uint64_t frame = 0;
        std::uint32_t depth = 1;
        std::uint64_t before = 0;
        std::uint64_t after = 0;
    };

    PriceBreakdown(PriceSubject subject, std::size_t frames)
        : subject_{std::move(subject)}, frames_max_{frames} {}

    void add(const std::string& file, const traces::PricedTransaction& transaction);

    /// By the opcode's byte.
    const std::vector<Instruction>& instructions() const { return instructions_; }
    const std::vector<Frame>& frames() const { return frames_; }

private:
    PriceSubject subject_;
    std::size_t frames_max_;
    std::vector<Instruction> instructions_;
    std::vector<Frame> frames_;
};

class PriceReporter {
public:
    virtual ~PriceReporter() = default;
    virtual void transaction(const std::string& file, const PriceRow& row) = 0;
    virtual void trace_is_over(const std::string& file, const PricedTraceEnd& end) = 0;
    virtual void finish(const PriceTotals& totals, const PriceBreakdown& breakdown) = 0;
};
std::unique_ptr<PriceReporter> price_reporter(PriceFormat format, const PriceSubject& subject,
                                              std::size_t columns, const Palette& palette,
                                              Output& output);

/// One of several rules: what was set, and what came of it.
struct PricePoint {
    std::vector<std::uint64_t> numbers;  ///< in the order of the keys
    PriceTotals totals;
};
/// All of them.
std::string price_sweep(PriceFormat format, const PriceSubject& subject,
                        const std::vector<RuleKey>& keys, const std::vector<PricePoint>& points,
                        std::size_t columns, const Palette& palette);

/// How many transactions change by how many percent, as a picture.
std::string price_svg(const PriceSubject& subject, const PriceTotals& totals);

}  // namespace evmmem::app
