// SPDX-License-Identifier: MIT
#include "price_json.hpp"

#include "core/opcode_table.hpp"
#include "step_json.hpp"

namespace evmmem::app {

using nlohmann::ordered_json;

namespace {

template <typename Value>
ordered_json or_null(const std::optional<Value>& value) {
    return value ? ordered_json(*value) : ordered_json{};
}
ordered_json or_null(const std::optional<traces::StepReference>& step) {
    return step ? step_json(*step) : ordered_json{};
}

ordered_json row_json(const PriceRow& row) {
    return {{"transaction", row.number},
            {"steps", row.steps},
            {"calls", row.calls},
            {"gas_before", or_null(row.gas_before)},
            {"gas_after", or_null(row.gas_after)},
            {"gas_left_after", or_null(row.left_after)},
            {"memory_gas_before", row.memory_before},
            {"memory_gas_after", row.memory_after},
            {"slack", or_null(row.slack)},
            {"slack_at", or_null(row.slack_at)},
            {"outcome", name(row.outcome)},
            {"at", or_null(row.at)},
            {"reason", row.reason.empty() ? ordered_json{} : ordered_json(row.reason)}};
}

class JsonPrices final : public PriceReporter {
public:
    JsonPrices(const PriceSubject& subject, Output& output) : subject_{subject}, output_{output} {}

    void transaction(const std::string& file, const PriceRow& row) override {
        begin(file);
        output_.write((has_row_ ? "," : "") + json_text(row_json(row)));
        has_row_ = true;
    }

    void trace_is_over(const std::string& file, const PricedTraceEnd& end) override {
        begin(file);
        const ordered_json rest = {
            {"findings", end.findings}, {"gaps", end.gaps}, {"not_looked_at", end.not_priced}};
        output_.write("]," + json_text(rest).substr(1) + "\n");
        is_open_ = has_row_ = false;
    }

    void finish(const PriceTotals& totals, const PriceBreakdown& breakdown) override {
        auto most = ordered_json::array();
        for (const auto& [file, row] : totals.most)
            most.push_back({{"file", file},
                            {"transaction", row.number},
                            {"gas_before", *row.gas_before},
                            {"gas_after", *row.gas_after}});
        ordered_json all = totals_json(totals);
        all["most_changed"] = most;
        if (breakdown.has_instructions()) all["by_instruction"] = instructions(breakdown);
        if (!breakdown.frames().empty()) all["by_frame"] = frames(breakdown);
        output_.write(json_line({{"totals", all}}));
    }

private:
    void begin(const std::string& file) {
        if (is_open_) return;
        is_open_ = true;
        const ordered_json head = {
            {"file", file},
            {"rules", subject_.rules},
            {"against",
             subject_.against.empty() ? ordered_json{} : ordered_json(subject_.against)}};
        const std::string text = json_text(head);
        output_.write(text.substr(0, text.size() - 1) + ",\"transactions\":[");
    }

    static ordered_json instructions(const PriceBreakdown& breakdown) {
        auto rows = ordered_json::array();
        for (const PriceBreakdown::Instruction& row : breakdown.instructions())
            rows.push_back({{"op", op_name(row.op)},
                            {"steps", row.steps},
                            {"gas_before", row.before},
                            {"gas_after", row.after}});
        return rows;
    }
    static ordered_json frames(const PriceBreakdown& breakdown) {
        auto rows = ordered_json::array();
        for (const PriceBreakdown::Frame& row : breakdown.frames())
            rows.push_back({{"file", row.file},
                            {"transaction", row.transaction},
                            {"frame", row.frame},
                            {"depth", row.depth},
                            {"call", row.depth == 1 ? ordered_json{} : step_json(row.call)},
                            {"gas_before", row.before},
                            {"gas_after", row.after}});
        return rows;
    }

    PriceSubject subject_;
    Output& output_;
    bool is_open_ = false;
    bool has_row_ = false;
};

}  // namespace

ordered_json totals_json(const PriceTotals& totals) {
    ordered_json object = {{"transactions", totals.transactions},
                           {"cheaper", totals.cheaper},
                           {"dearer", totals.dearer},
                           {"unchanged", totals.unchanged},
                           {"fail", totals.fails},
                           {"may_change", totals.may_change},
                           {"not_priced", totals.not_priced},
                           {"unknown", totals.unknown},
                           {"gas_before", totals.gas_before},
                           {"gas_after", totals.gas_after},
                           {"memory_gas_before", totals.memory_before},
                           {"memory_gas_after", totals.memory_after},
                           {"percent", nullptr}};
    if (totals.changes.count() != 0) {
        const auto at = [&](double q) { return totals.changes.quantile(q); };
        object["percent"] = {{"least", at(0)},    {"p5", at(0.05)},  {"p25", at(0.25)},
                             {"median", at(0.5)}, {"p75", at(0.75)}, {"p95", at(0.95)},
                             {"most", at(1)}};
    }
    return object;
}

std::unique_ptr<PriceReporter> json_prices(const PriceSubject& subject, Output& output) {
    return std::make_unique<JsonPrices>(subject, output);
}

}  // namespace evmmem::app
