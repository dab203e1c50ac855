// SPDX-License-Identifier: MIT
#include "other_results.hpp"

#include <algorithm>
#include <span>
#include <vector>

#include "core/hex.hpp"
#include "traces/json/json_text.hpp"

namespace evmmem::traces {
namespace {

constexpr std::pair<std::string_view, std::string_view> keys[] = {
    {"calls", "callTracer"},
    {"gasUsed", "callTracer"},
    {"callTracer", "muxTracer"},
    {"prestateTracer", "muxTracer"},
    {"4byteTracer", "muxTracer"},
    {"flatCallTracer", "muxTracer"},
    {"traceAddress", "trace_* or flatCallTracer"},
    {"action", "trace_* or flatCallTracer"},
    {"vmTrace", "trace_replay*"},
    {"ops", "trace_replay* (vmTrace)"},
    {"balance", "prestateTracer"},
    {"pre", "prestateTracer"},
};

/// "0x27dc297e-128": a selector and the size of what follows it.
bool is_selector(std::string_view key) {
    return key.size() > 11 && key.starts_with("0x") && key[10] == '-' &&
           are_hex_digits(key.substr(2, 8)) &&
           key.substr(11).find_first_not_of("0123456789") == std::string_view::npos;
}

bool is_address(std::string_view key) {
    return key.size() == 42 && key.starts_with("0x") && are_hex_digits(key.substr(2));
}

/// A key of the first objects in a text, and how many brackets it stands in.
struct Key {
    std::size_t depth;
    std::string_view name;
};

/// The first keys, of the first object on each of the two outermost levels, in order. Arrays count
/// as no level. The text may stop anywhere.
std::vector<Key> first_keys(std::string_view text) {
    constexpr std::size_t keys_max = 64;
    std::vector<Key> found;
    std::size_t depth = 0;
    for (std::size_t i = 0; i < text.size() && found.size() < keys_max; ++i) {
        const char c = text[i];
        if (c == '{') ++depth;
        if (c == '}') {
            if (depth <= 1) break;
            --depth;
        }
        if (c != '"') continue;
        const std::size_t begin = i + 1;
        for (++i; i < text.size() && text[i] != '"'; ++i)
            if (text[i] == '\\') ++i;
        if (i >= text.size()) break;
        const std::size_t colon = text.find_first_not_of(" \t\r\n", i + 1);
        if (colon == std::string_view::npos) break;
        if (text[colon] == ':' && depth <= 2)
            found.push_back({depth, text.substr(begin, i - begin)});
    }
    return found;
}

/// The text of the first string or number that stands after the key.
std::string value_after(std::string_view text, std::string_view key) {
    const std::size_t at = text.find('"' + std::string{key} + '"');
    if (at == std::string_view::npos) return {};
    std::string_view value = text.substr(at + key.size() + 2);
    value.remove_prefix(std::min(value.size(), value.find_first_not_of(" \t\r\n:")));
    if (!value.starts_with('"')) return {};
    std::size_t end = 1;
    while (end < value.size() && value[end] != '"')
        end += value[end] == '\\' ? 2 : 1;
    constexpr std::size_t words_max = 200;
    value = value.substr(1, std::min(end - 1, 4 * words_max));
    return unescaped_or_raw(value).substr(0, words_max);
}

}  // namespace

std::string_view tracer_of(std::string_view key) {
    const auto* row = std::ranges::find(keys, key, [](const auto& each) { return each.first; });
    if (row != std::end(keys)) return row->second;
    if (is_selector(key)) return "4byteTracer";
    return {};
}

std::string result_of(std::string_view tracer) {
    return "it is a result of " + std::string{tracer} +
           "; debug_traceTransaction without \"tracer\", and with \"enableMemory\": true, gives "
           "steps";
}

std::string other_result(std::string_view begin) {
    const std::vector<Key> found = first_keys(begin);
    const auto has = [&](std::size_t depth, std::string_view name) {
        return std::ranges::any_of(
            found, [&](const Key& key) { return key.depth == depth && key.name == name; });
    };
    if (found.empty()) return {};
    if (has(2, "env") && has(2, "pre") && (has(2, "transaction") || has(2, "post")))
        return "it is a state test, not a trace; geth's evm statetest --trace FILE 2>&1 | evmmem "
               "replay -";
    if (has(2, "genesisBlockHeader") || (has(2, "pre") && has(2, "blocks")))
        return "it is a blockchain test, not a trace; geth's evm blocktest --trace FILE 2>&1 | "
               "evmmem replay -";
    if (has(1, "code") && has(1, "message") && !has(1, "ops"))
        return "it is an error; the node says: " + value_after(begin, "message");
    if (has(1, "logsBloom")) return "it is a receipt or a block, which holds no steps";
    // A frame's own line, as some clients print it between steps, has no gas that was used; and what
    // was used is all that the end of a transaction without code shows.
    for (const Key& key : found) {
        const std::string_view tracer = tracer_of(key.name);
        const bool is_frame = tracer == "callTracer" && key.depth == 1;
        if (tracer.starts_with("trace_") && has(1, "test")) continue;  // parity begins a test so
        if (tracer.empty() || (is_frame && !has(1, "from")) || (is_frame && !has(1, "gasUsed")))
            continue;
        if (tracer == "prestateTracer" && key.depth == 2 && !is_address(found.front().name))
            continue;
        return result_of(tracer);
    }
    const auto is_outer_address = [](const Key& key) {
        return key.depth > 1 || is_address(key.name);
    };
    if (std::ranges::all_of(found, is_outer_address)) return result_of("prestateTracer");
    return {};
}

}  // namespace evmmem::traces
