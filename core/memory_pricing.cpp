// SPDX-License-Identifier: MIT
#include "memory_pricing.hpp"

#include <algorithm>
#include <limits>

#include "memory_cost.hpp"

namespace evmmem {
namespace {

__extension__ using Wide = unsigned __int128;

MemoryModel model_of(RulesView rules) {
    return static_cast<MemoryModel>(rules[Rule::memory_model]);
}

void set_model(Rules& rules, MemoryModel model) {
    rules.set(Rule::memory_model, static_cast<std::uint64_t>(model));
}

constexpr Rule rules_of_memory[] = {
    Rule::memory_model,           Rule::memory_word_gas,
    Rule::memory_words_paid,      Rule::memory_quadratic_divisor,
    Rule::memory_page_bytes,      Rule::memory_page_gas,
    Rule::memory_page_again_gas,  Rule::memory_pages_recent,
    Rule::memory_frame_bytes_max, Rule::memory_transaction_bytes_max,
    Rule::memory_address_max,     Rule::memory_is_bounded_by_gas,
    Rule::call_keeps_memory,
};

void be_mainnets(Rules& rules) {
    for (const Rule rule : rules_of_memory)
        rules.set(rule, fork_rules.front()[rule]);
}

void be_eip_7923(Rules& rules) {
    be_mainnets(rules);
    set_model(rules, MemoryModel::paged);
    rules.set(Rule::memory_page_bytes, 4096);
    rules.set(Rule::memory_page_gas, 100);
    rules.set(Rule::memory_page_again_gas, 6);
    rules.set(Rule::memory_pages_recent, 512);
    rules.set(Rule::memory_transaction_bytes_max, std::uint64_t{64} << 20);
    rules.set(Rule::memory_address_max, 0xffff'ffff);
}

void be_eip_7686(Rules& rules) {
    be_mainnets(rules);
    set_model(rules, MemoryModel::linear);
    rules.set(Rule::memory_is_bounded_by_gas, 1);
    rules.set(Rule::call_keeps_memory, 1);
}

void be_monads(Rules& rules) {
    be_mainnets(rules);
    set_model(rules, MemoryModel::linear);
    rules.set(Rule::memory_word_gas, 1);
    rules.set(Rule::memory_words_paid, 2);
    rules.set(Rule::memory_transaction_bytes_max, std::uint64_t{8} << 20);
}

// clang-format off
constexpr MemoryPreset presets[] = {
    {"mainnet",  "Yellow Paper H.1, C_mem", be_mainnets},
    {"eip-7923", "EIP-7923",                be_eip_7923},
    {"eip-7686", "EIP-7686",                be_eip_7686},
    {"monad",    "MIP-3",                   be_monads},
};
// clang-format on

/// The pages of a range that is not empty: first and last.
struct PageSpan {
    std::uint64_t first;
    std::uint64_t last;
};
PageSpan pages_of(MemoryRange range, RulesView rules) {
    const std::uint64_t bytes = rules[Rule::memory_page_bytes];
    return {range.offset() / bytes, (range.end() - 1) / bytes};
}

}  // namespace

std::string_view name(MemoryModel model) {
    switch (model) {
        case MemoryModel::quadratic: return "quadratic";
        case MemoryModel::linear: return "linear";
        case MemoryModel::paged: return "paged";
    }
    return {};
}

std::span<const MemoryPreset> memory_presets() {
    return presets;
}

std::span<const Rule> memory_rules() {
    return rules_of_memory;
}

std::string_view contradiction(const Rules& rules) {
    constexpr std::uint64_t gas_max = std::uint64_t{1} << 32;
    constexpr std::uint64_t paged_max = std::uint64_t{1} << 32;
    constexpr std::uint64_t pages_max = std::uint64_t{1} << 20;
    for (const Rule gas :
         {Rule::memory_word_gas, Rule::memory_page_gas, Rule::memory_page_again_gas})
        if (rules[gas] > gas_max) return "a price of memory is more than 4294967296 gas";
    if (rules[Rule::memory_words_paid] == 0) return "memory.words_paid is 0";
    switch (model_of(rules)) {
        case MemoryModel::linear: return {};
        case MemoryModel::quadratic:
            if (rules[Rule::memory_quadratic_divisor] == 0) return "memory.quadratic_divisor is 0";
            return {};
        case MemoryModel::paged: break;
    }
    const std::uint64_t page = rules[Rule::memory_page_bytes];
    const std::uint64_t bytes = rules[Rule::memory_transaction_bytes_max];
    if (page == 0 || page > paged_max) return "paged memory needs a memory.page_bytes";
    if (bytes > paged_max)
        return "paged memory needs a memory.transaction_bytes_max of at most 4294967296 bytes";
    if (bytes / page > pages_max) return "paged memory may have at most 1048576 pages";
    return {};
}

std::string_view describe(MemoryHalt halt) {
    switch (halt) {
        case MemoryHalt::none: return "";
        case MemoryHalt::too_expensive: return "its memory costs more gas than exists";
        case MemoryHalt::beyond_addresses: return "it touches memory beyond the last address";
        case MemoryHalt::beyond_frame: return "its memory is larger than a call's may be";
        case MemoryHalt::beyond_transaction:
            return "the transaction's memory is larger than it may be";
        case MemoryHalt::beyond_gas:
            return "its memory has more bytes than the call had gas to begin with";
    }
    return {};
}

std::optional<std::uint64_t> memory_cost(std::uint64_t words, RulesView rules) {
    const Wide linear = Wide{rules[Rule::memory_word_gas]} * words / rules[Rule::memory_words_paid];
    Wide total = linear;
    switch (model_of(rules)) {
        case MemoryModel::quadratic:
            total += Wide{words} * words / rules[Rule::memory_quadratic_divisor];
            break;
        case MemoryModel::linear: break;
        case MemoryModel::paged: return std::nullopt;
    }
    if (total > std::numeric_limits<std::uint64_t>::max()) return std::nullopt;
    return static_cast<std::uint64_t>(total);
}

std::optional<std::uint64_t> touch_cost_at_most(const MemoryEffect& effect, RulesView rules) {
    if (effect.is_unaddressable) return std::nullopt;
    if (model_of(rules) != MemoryModel::paged) return memory_cost(num_words(effect.end()), rules);
    Wide pages = 0;
    for (const MemoryRange range : {effect.reads, effect.writes}) {
        if (range.empty()) continue;
        const PageSpan span = pages_of(range, rules);
        pages += span.last - span.first + 1;
    }
    const Wide gas = pages * (rules[Rule::memory_page_gas] + rules[Rule::memory_page_again_gas]);
    if (gas > std::numeric_limits<std::uint64_t>::max()) return std::nullopt;
    return static_cast<std::uint64_t>(gas);
}

void MemoryPricing::begin() {
    frames_.clear();
    parents_size_ = 0;
    pages_ = 0;
}

void MemoryPricing::enter(std::uint64_t gas) {
    if (!frames_.empty()) parents_size_ += frames_.back().size;
    frames_.emplace_back().gas = gas;
}

void MemoryPricing::leave() {
    if (frames_.empty()) return;
    frames_.pop_back();
    if (!frames_.empty()) parents_size_ -= frames_.back().size;
}

void MemoryPricing::resize(std::uint64_t bytes) {
    if (!frames_.empty()) frames_.back().size = bytes;
}

MemoryHalt MemoryPricing::halt_of(const Frame& frame, std::uint64_t end) const {
    const std::uint64_t last = rules_[Rule::memory_address_max];
    if (end != 0 && end - 1 > last) return MemoryHalt::beyond_addresses;
    const std::uint64_t size = std::max(frame.size, num_words(end) * word_size);
    if (size > rules_[Rule::memory_frame_bytes_max]) return MemoryHalt::beyond_frame;
    const bool grows = size > frame.size;
    if (grows && rules_.holds(Rule::memory_is_bounded_by_gas) && size > frame.gas)
        return MemoryHalt::beyond_gas;
    const bool is_by_size = model_of(rules_) != MemoryModel::paged;
    const std::uint64_t most = rules_[Rule::memory_transaction_bytes_max];
    if (grows && is_by_size && (size > most || parents_size_ > most - size))
        return MemoryHalt::beyond_transaction;
    return MemoryHalt::none;
}

MemoryPricing::Touched MemoryPricing::touch(const MemoryEffect& effect) {
    if (effect.is_unaddressable) return {0, MemoryHalt::too_expensive};
    const std::uint64_t end = effect.end();
    if (end == 0 || frames_.empty()) return {};
    Frame& frame = frames_.back();
    if (const MemoryHalt halt = halt_of(frame, end); halt != MemoryHalt::none) return {0, halt};
    const std::uint64_t words = num_words(end);
    Touched touched;
    if (model_of(rules_) == MemoryModel::paged) {
        const std::uint64_t most =
            rules_[Rule::memory_transaction_bytes_max] / rules_[Rule::memory_page_bytes];
        const std::uint64_t fresh = new_pages(frame, effect);
        if (fresh > most || pages_ > most - fresh) return {0, MemoryHalt::beyond_transaction};
        touched.gas = touch_pages(frame, effect.reads) + touch_pages(frame, effect.writes);
    } else if (words * word_size > frame.size) {
        const auto before = memory_cost(frame.size / word_size, rules_);
        const auto after = memory_cost(words, rules_);
        if (!after) return {0, MemoryHalt::too_expensive};
        touched.gas = *after - *before;
    }
    frame.size = std::max(frame.size, words * word_size);
    return touched;
}

/// Pages that the effect touches first, counted only as far as it may have any.
std::uint64_t MemoryPricing::new_pages(const Frame& frame, const MemoryEffect& effect) const {
    const std::uint64_t most =
        rules_[Rule::memory_transaction_bytes_max] / rules_[Rule::memory_page_bytes];
    std::uint64_t fresh = 0;
    PageSpan before{1, 0};  // none
    for (const MemoryRange range : {effect.reads, effect.writes}) {
        if (range.empty()) continue;
        const PageSpan span = pages_of(range, rules_);
        for (std::uint64_t page = span.first; page <= span.last && fresh <= most; ++page) {
            const bool is_counted = before.first <= page && page <= before.last;
            if (!is_counted && !frame.pages.contains(page)) ++fresh;
        }
        before = span;
    }
    return fresh;
}

std::uint64_t MemoryPricing::touch_pages(Frame& frame, MemoryRange range) {
    if (range.empty()) return 0;
    const PageSpan span = pages_of(range, rules_);
    std::uint64_t gas = 0;
    for (std::uint64_t page = span.first; page <= span.last; ++page)
        gas += touch_page(frame, page);
    return gas;
}

std::uint64_t MemoryPricing::touch_page(Frame& frame, std::uint64_t number) {
    if (!frame.order.empty() && frame.order.back().first == number) return 0;
    const auto [found, is_new] = frame.pages.try_emplace(number);
    Page& page = found->second;
    std::uint64_t gas = 0;
    if (is_new) {
        gas += rules_[Rule::memory_page_gas];
        ++pages_;
    }
    if (!page.is_recent) {
        gas += rules_[Rule::memory_page_again_gas];
        ++frame.recent;
    }
    page = {++frame.clock, true};
    frame.order.emplace_back(number, page.touched);
    const auto is_outdated = [&](const auto& entry) {
        return frame.pages.at(entry.first).touched != entry.second;
    };
    const std::uint64_t kept = rules_[Rule::memory_pages_recent];
    while (frame.recent > kept) {
        const auto oldest = frame.order.front();
        frame.order.pop_front();
        if (is_outdated(oldest)) continue;
        frame.pages.at(oldest.first).is_recent = false;
        --frame.recent;
    }
    if (frame.order.size() > 4 * kept + 4) std::erase_if(frame.order, is_outdated);
    return gas;
}

}  // namespace evmmem
