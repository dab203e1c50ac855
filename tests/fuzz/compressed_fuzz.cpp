// SPDX-License-Identifier: MIT
// Fuzzes decompression. Any bytes, with or without the marks of gzip and zstd before them, come out
// the same in small pieces and in large ones, or as an error. A text that was compressed, in as
// many members or frames as one likes, comes out as it was; cut short it is an error after a
// beginning of it; damaged it is an error or undamaged all the same, since both formats have
// checksums.
#include <algorithm>
#include <optional>
#include <string>

#include "fuzz_input.hpp"
#include "tests/support/compressing.hpp"
#include "tests/support/reading.hpp"
#include "traces/input/byte_source.hpp"

using namespace evmmem;
using fuzz::require;
using traces::ByteSource;
using traces::TraceError;

namespace {

/// A few bytes can stand for very many.
constexpr std::size_t drained_max = std::size_t{256} << 10;
/// Members or frames of one text: each begins anew with a window of its own.
constexpr std::size_t members_max = 12;

struct Drained {
    std::string bytes;
    std::optional<TraceError> error;
};

Drained drain(std::string_view text, std::size_t piece) {
    Drained drained;
    ByteSource source = ByteSource::over(text);
    std::string buffer(piece, '\0');
    while (drained.bytes.size() < drained_max) {
        const auto count = source.read(buffer.data(), buffer.size());
        if (!count) drained.error = count.error();
        if (!count || *count == 0) break;
        require(*count <= piece, "more than was asked for");
        drained.bytes.append(buffer, 0, *count);
    }
    if (drained.error) {
        require(!drained.error->message.empty(), "an error says nothing");
        const auto again = source.read(buffer.data(), buffer.size());
        require(again.has_value() && *again == 0, "the source goes on after an error");
    }
    drained.bytes.resize(std::min(drained.bytes.size(), drained_max));
    return drained;
}

/// The same in pieces of any size.
Drained drain_both_ways(std::string_view text, std::uint8_t salt) {
    Drained small = drain(text, 16 + salt);
    const Drained large = drain(text, 65536);
    if (small.bytes.size() == drained_max && large.bytes.size() == drained_max) return small;
    require(small.bytes == large.bytes, "the pieces' size changes the bytes");
    require(small.error.has_value() == large.error.has_value(), "the pieces' size makes an error");
    require(!small.error || small.error->message == large.error->message, "another error");
    return small;
}

enum class Format { gzip, zstd };

/// The text in pieces of about `piece` bytes, each compressed by itself, and where each begins.
std::string compressed(std::string_view text, Format format, std::size_t piece, bool with_skipped) {
    std::string result;
    do {
        const std::string_view part = text.substr(0, piece);
        text.remove_prefix(part.size());
        if (with_skipped && format == Format::zstd)
            result += test::skippable_frame(part.size() % 7);
        result += format == Format::gzip ? test::gzip(part, part.size() % 2 == 0 ? 0 : 6)
                                         : test::zstd(part, 1);
    } while (!text.empty());
    return result;
}

void check(std::string_view text, Format format, std::size_t piece, std::uint8_t salt) {
    const bool with_skipped = salt % 4 == 1;
    piece = std::max(piece, text.size() / members_max);
    const std::string whole = compressed(text, format, piece, with_skipped);
    const Drained drained = drain_both_ways(whole, salt);
    require(!drained.error, "what was compressed is said to be damaged");
    require(drained.bytes == text, "what was compressed comes out as something else");

    const std::string one = compressed(text, format, text.size() + 1, false);
    const std::size_t place = 4 + salt * one.size() / 256;
    if (place >= one.size()) return;
    const Drained cut = drain(std::string_view{one}.substr(0, place), 4096);
    require(cut.error.has_value(), "a compressed text that is cut short is taken for whole");
    require(text.starts_with(cut.bytes), "a compressed text that is cut short begins as another");
    std::string damaged = one;
    damaged[place] = static_cast<char>(damaged[place] ^ 1 << salt % 8);
    const Drained read = drain(damaged, 4096);
    require(read.error.has_value() || read.bytes == text, "damage goes unnoticed");
}

void check_reading(std::string_view text, const traces::Dialect* dialect) {
    traces::ReaderOptions options;
    options.dialect = dialect;
    const test::Reading plain = test::read(text, options);
    for (const Format format : {Format::gzip, Format::zstd}) {
        const test::Reading read =
            test::read(compressed(text, format, 1 + text.size() / 3, false), options);
        require(read.dialect == plain.dialect, "compressed, it is of another dialect");
        require(read.steps == plain.steps, "compressed, its steps are others");
        require(read.reports.size() == plain.reports.size(), "compressed, its reports are others");
        require(read.errors.size() == plain.errors.size(), "compressed, its errors are others");
        require(read.bytes_read == plain.bytes_read, "compressed, its size is another");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const fuzz::Input input{data, size};
    const std::string text{input.text};
    drain_both_ways(text, input.salt);
    if (input.mode % 4 == 0) {
        drain_both_ways("\x1f\x8b\x08" + text, input.salt);
        drain_both_ways("\x28\xb5\x2f\xfd" + text, input.salt);
    }
    if (input.mode % 4 == 1) check(text, Format::gzip, 1 + input.salt * std::size_t{5}, input.salt);
    if (input.mode % 4 == 2) check(text, Format::zstd, 1 + input.salt * std::size_t{5}, input.salt);
    // Text that looks compressed is decompressed; what was compressed, in one layer only.
    const bool looks_compressed = text.starts_with('\x1f') || text.starts_with('\x28') ||
                                  (!text.empty() && (text[0] & 0xf0) == 0x50);
    if (input.mode % 4 == 3 && !looks_compressed) check_reading(text, input.dialect);
    return 0;
}
