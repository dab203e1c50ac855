// SPDX-License-Identifier: MIT
#include "transactions.hpp"

#include <utility>

#include "core/hex.hpp"

namespace evmmem::traces {
namespace {

/// Units that wait for a list of results; a client that prints more before its list names none.
constexpr std::size_t units_max = 65536;

std::optional<Word> root_of(std::string_view text) {
    if (text.starts_with("0x") || text.starts_with("0X")) text.remove_prefix(2);
    return decode_hex_word(text);
}

}  // namespace

TransactionResult* Transactions::find(std::uint64_t number) {
    if (is_open_ && number == current_.number) return &current_;
    return number < kept_.size() ? &kept_[number] : nullptr;
}

void Transactions::name(std::uint64_t number, const TransactionName& name) {
    TransactionResult* const result = find(number);
    if (result == nullptr || result->name == name) return;
    result->name = name;
    if (is_over(number)) tell(*result);
}

void Transactions::name_next(TransactionName name) {
    next_name_ = std::move(name);
    in_unit_.reset();
}

void Transactions::name_current(const TransactionName& called) {
    if (in_unit_) name(*in_unit_, called);
}

void Transactions::name_last(const TransactionName& called) {
    if (last_unit_) name(*last_unit_, called);
}

void Transactions::end_unit() {
    last_unit_ = std::exchange(in_unit_, std::nullopt);
}

void Transactions::end_unit(std::string_view state_root) {
    end_unit();
    const auto root = root_of(state_root);
    if (!root || units_.size() == units_max) fits_lists_ = false;
    if (fits_lists_) units_.push_back({*root, last_unit_});
}

void Transactions::name_by_result(const TransactionName& called, std::string_view state_root) {
    if (!fits_lists_) return;
    const auto root = root_of(state_root);
    if (!root || units_.empty() || units_.front().state_root != *root) {
        fits_lists_ = false;
        units_.clear();
        return;
    }
    const auto number = units_.front().transaction;
    units_.pop_front();
    if (number) name(*number, called);
}

void Transactions::begin(std::uint64_t number, std::uint64_t line,
                         const TransactionCounts& counts) {
    current_ = {};
    current_.number = number;
    current_.name = std::exchange(next_name_, {});
    current_.first_step = counts.steps;
    current_.first_line = line;
    current_.is_whole = !std::exchange(has_error_next_, false);
    at_begin_ = counts;
    is_open_ = true;
    in_unit_ = number;
    count_ = number + 1;
}

void Transactions::end(std::uint64_t line, const TransactionCounts& counts, bool is_cut) {
    if (!is_open_) return;
    is_open_ = false;
    current_.steps = counts.steps - at_begin_.steps;
    current_.last_line = line;
    current_.is_whole = current_.is_whole && !is_cut && counts.gaps == at_begin_.gaps &&
                        counts.unknown_instructions == at_begin_.unknown_instructions &&
                        counts.refused == at_begin_.refused && !counts.has_lost_memory;
    // Its number is its place, as long as all before it are there.
    if (kept_.size() < kept_max_ && current_.number == kept_.size()) kept_.push_back(current_);
    tell(current_);
}

void Transactions::note_finding(const Finding& finding) {
    TransactionResult* const result = find(finding.transaction);
    if (result == nullptr) return;
    ++(finding.severity == Severity::finding ? result->findings : result->warnings);
    if (is_over(finding.transaction)) tell(*result);
}

void Transactions::note_error() {
    if (is_open_)
        current_.is_whole = false;
    else
        has_error_next_ = true;
}

void Transactions::withdraw_findings() {
    for (TransactionResult& result : kept_) {
        if (result.findings == 0 && result.warnings == 0) continue;
        if (result.findings != 0) result.is_whole = false;
        result.findings = 0;
        result.warnings = 0;
        tell(result);
    }
}

void Transactions::clear() {
    *this = Transactions{kept_max_, std::move(listener_)};
}

}  // namespace evmmem::traces
