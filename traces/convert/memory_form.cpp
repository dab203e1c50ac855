// SPDX-License-Identifier: MIT
#include "memory_form.hpp"

#include <algorithm>

#include "core/hex.hpp"
#include "traces/input/text_window.hpp"
#include "traces/json/object_members.hpp"

namespace evmmem::traces {
namespace {

using Kind = MemoryForm::Kind;

struct FormRow {
    std::string_view dialect;
    Kind kind;
    bool shows_empty;
    std::string_view after;
};

// What differs from "0x.." after gasCost, with nothing where memory is empty.
constexpr FormRow rows[] = {
    {"geth-1.9", Kind::text, true, "gasCost"},
    {"geth-1.10", Kind::text, true, "gasCost"},
    {"erigon", Kind::text, true, "gasCost"},
    {"ethereumjs", Kind::text, true, "gasCost"},
    {"ethereumjs-t8n", Kind::words, true, "stack"},
    {"nimbus", Kind::words, true, "stack"},
    {"evmmem-structlogs", Kind::words, true, "stack"},
    {"remix", Kind::bare_pieces, true, "stack"},
    {"ganache", Kind::bare_words, true, "gasCost"},
    {"nimbus-structlogs", Kind::bare_words, true, "stack"},
    {"hardhat", Kind::bare_words, true, "pc"},
    {"anvil", Kind::words, true, "returnData"},
    {"besu-structlogs", Kind::compact_words, false, "stack"},
    {"geth-1.10-structlogs", Kind::bare_words, true, "gas"},
    {"erigon-structlogs", Kind::words, false, "gasCost"},
    {"geth-structlogs", Kind::words, false, "stack"},
    {"geth-1.17-structlogs", Kind::bare_words, false, "stack"},
    {"structlogs", Kind::words, false, "stack"},
};

MemoryTiming one_of(MemoryTimings timings) {
    for (const MemoryTiming moment :
         {MemoryTiming::before, MemoryTiming::expanded, MemoryTiming::after})
        if (timings.contains(moment)) return moment;
    return MemoryTiming::before;
}

/// How a memory that is not empty is printed; nothing where it is, or is no memory.
std::optional<Kind> kind_of(std::string_view value) {
    if (value.starts_with('"')) return value.size() > 4 ? std::optional{Kind::text} : std::nullopt;
    if (!value.starts_with('[')) return std::nullopt;
    const std::size_t open = value.find('"');
    if (open == std::string_view::npos) return std::nullopt;
    const std::size_t size = value.find('"', open + 1) - open - 1;
    if (!value.substr(open + 1).starts_with("0x"))
        return size == 32 ? Kind::bare_pieces : Kind::bare_words;
    constexpr std::size_t word_digits_max = 66;
    for (std::size_t at = open; at != std::string_view::npos;) {
        const std::size_t close = value.find('"', at + 1);
        if (close - at - 1 < word_digits_max) return Kind::compact_words;
        at = value.find('"', close + 1);
    }
    return Kind::words;
}

bool is_empty_array(std::string_view value) {
    return value.starts_with('[') && value.find('"') == std::string_view::npos;
}

}  // namespace

MemoryForm memory_form_of(const Dialect& dialect) {
    MemoryForm form{.moment = one_of(dialect.timings)};
    const auto* row = std::ranges::find(rows, dialect.name, &FormRow::dialect);
    if (row == std::end(rows)) return form;
    form.kind = row->kind;
    form.shows_empty = row->shows_empty;
    form.after = row->after;
    return form;
}

std::expected<std::optional<MemoryExample>, TraceError> memory_form_in(
    const std::string& path, const ReaderOptions& options) {
    constexpr int steps_max = 10'000;
    TextTap tap;
    ReaderOptions tapped = options;
    tapped.tap = &tap;
    auto reader = StepReader::open(path, tapped);
    if (!reader) return std::unexpected{std::move(reader.error())};
    const Dialect dialect = reader->dialect();
    MemoryForm form = memory_form_of(dialect);
    form.shows_empty = false;
    std::optional<Kind> kind;
    Record record;
    std::vector<ObjectMember> members;
    for (int steps = 0; steps < steps_max;) {
        const auto read = reader->next(record);
        if (!read && read.error().is_recoverable()) continue;
        if (!read) return std::unexpected{read.error()};
        if (*read == RecordKind::end) break;
        if (*read != RecordKind::step) continue;
        ++steps;
        find_members(reader->object().text, members);
        const auto memory = std::ranges::find(members, "memory", &ObjectMember::key);
        if (memory == members.end()) continue;
        if (memory->value == "\"0x\"" || is_empty_array(memory->value)) form.shows_empty = true;
        const auto shown = kind_of(memory->value);
        if (!shown) continue;
        // A word that needs all its digits looks the same in both.
        if (kind != Kind::compact_words) kind = shown;
        if (memory != members.begin()) form.after = (memory - 1)->key;
    }
    if (!kind) return std::nullopt;
    form.kind = *kind;
    if (dialect.timings.contains(MemoryTiming::after) && form.kind == Kind::compact_words)
        form.moment = MemoryTiming::after;
    return MemoryExample{form, find_dialect(dialect.name)};
}

void ArrayStyle::learn(std::string_view array) {
    const std::size_t first = array.find('"');
    if (first == std::string_view::npos) return;
    open = array.substr(1, first - 1);
    const std::size_t last = array.rfind('"');
    close = array.substr(last + 1, array.size() - last - 2);
    const std::size_t first_end = array.find('"', first + 1);
    if (first_end == last) {
        if (between.empty()) between = "," + open;
        return;
    }
    between = array.substr(first_end + 1, array.find('"', first_end + 1) - first_end - 1);
}

void append_memory(std::string& text, std::span<const std::uint8_t> bytes, MemoryForm::Kind kind,
                   const ArrayStyle& style) {
    const auto append_hex = [&text](std::span<const std::uint8_t> some) {
        const std::size_t size = text.size();
        text.resize(size + 2 * some.size());
        encode_hex(some, text.data() + size);
    };
    if (kind == Kind::text) {
        text += "\"0x";
        append_hex(bytes);
        text += '"';
        return;
    }
    if (bytes.empty()) {
        text += "[]";
        return;
    }
    const std::size_t piece = kind == Kind::bare_pieces ? 16 : 32;
    text.append("[").append(style.open);
    for (std::size_t i = 0; i < bytes.size(); i += piece) {
        if (i != 0) text += style.between.empty() ? std::string_view{","} : style.between;
        const auto word = bytes.subspan(i, std::min(piece, bytes.size() - i));
        text += '"';
        if (kind == Kind::compact_words) {
            Bytes32 all{};
            std::ranges::copy(word, all.begin());
            text += encode_hex_quantity(Word::from_big_endian(all));
        } else {
            if (kind == Kind::words) text += "0x";
            append_hex(word);
        }
        text += '"';
    }
    text.append(style.close).append("]");
}

}  // namespace evmmem::traces
