// SPDX-License-Identifier: MIT
// Fuzzes decompression, and the tar archives in it. Any bytes, with or without a format's mark before them, come out
// the same in small pieces and in large ones, or as an error. A text that was compressed, in as
// many members, frames or streams as one likes, comes out as it was; cut short it is an error after
// a beginning of it; damaged it is an error or undamaged all the same, since all formats have
// checksums. Of any bytes as an archive the members are no longer than they say.
#include <algorithm>
#include <optional>
#include <string>

#include "fuzz_input.hpp"
#include "tests/support/compressing.hpp"
#include "tests/support/reading.hpp"
#include "traces/input/archive.hpp"
#include "traces/input/byte_source.hpp"
#include "traces/input/decompression.hpp"

using namespace evmmem;
using fuzz::require;
using test::Packing;
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

/// The text in pieces of about `piece` bytes, each compressed by itself, and where each begins.
std::string compressed(std::string_view text, Packing packing, std::size_t piece,
                       bool with_skipped) {
    std::string result;
    do {
        const std::string_view part = text.substr(0, piece);
        text.remove_prefix(part.size());
        if (with_skipped && packing == Packing::zstd)
            result += test::skippable_frame(part.size() % 7);
        result += packing == Packing::gzip ? test::gzip(part, part.size() % 2 == 0 ? 0 : 6)
                  : packing == Packing::xz ? test::xz(part, 0)
                                           : test::packed(part, packing);
    } while (!text.empty());
    return result;
}

void check(std::string_view text, Packing packing, std::size_t piece, std::uint8_t salt) {
    const bool with_skipped = salt % 4 == 1;
    piece = std::max(piece, text.size() / members_max);
    const std::string whole = compressed(text, packing, piece, with_skipped);
    const Drained drained = drain_both_ways(whole, salt);
    require(!drained.error, "what was compressed is said to be damaged");
    require(drained.bytes == text, "what was compressed comes out as something else");

    const std::string one = compressed(text, packing, text.size() + 1, false);
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
    for (const Packing packing : test::packings) {
        const test::Reading read =
            test::read(compressed(text, packing, 1 + text.size() / 3, false), options);
        require(read.dialect == plain.dialect, "compressed, it is of another dialect");
        require(read.steps == plain.steps, "compressed, its steps are others");
        require(read.reports.size() == plain.reports.size(), "compressed, its reports are others");
        require(read.errors.size() == plain.errors.size(), "compressed, its errors are others");
        require(read.bytes_read == plain.bytes_read, "compressed, its size is another");
    }
}

/// Bytes that the archive is fed in pieces of any size: the same members, the same error.
struct Unpacked {
    std::string members;
    std::string error;
};

Unpacked unpack(std::string_view text, std::size_t piece) {
    Unpacked unpacked;
    traces::Archive archive{[&](char* target, std::size_t size) {
        const std::size_t count = text.copy(target, std::min(size, piece));
        text.remove_prefix(count);
        return std::expected<std::size_t, TraceError>{count};
    }};
    std::string buffer(piece, '\0');
    for (;;) {
        const auto member = archive.next();
        if (!member) unpacked.error = member.error().message;
        if (!member || !*member) return unpacked;
        unpacked.members += (*member)->name + "\n";
        if ((*member)->kind != traces::Archive::Member::Kind::file) continue;
        std::uint64_t size = 0;
        for (;;) {
            const auto count = archive.read(buffer.data(), buffer.size());
            if (!count) unpacked.error = count.error().message;
            if (!count || *count == 0) break;
            size += *count;
            unpacked.members.append(buffer, 0, *count);
        }
        require(size <= (*member)->size, "a member is longer than it says");
        require(size == (*member)->size || !unpacked.error.empty(), "a member is shorter");
    }
}

void check_archive(std::string_view text, std::size_t piece) {
    std::string whole{text};
    // A header whose checksum is right, so that what it says is looked at.
    if (whole.size() >= traces::tar_block) {
        unsigned sum = 0;
        std::fill_n(whole.begin() + 148, 8, ' ');
        for (std::size_t i = 0; i < traces::tar_block; ++i)
            sum += static_cast<unsigned char>(whole[i]);
        for (int i = 0; i < 6; ++i)
            whole[static_cast<std::size_t>(153 - i)] = static_cast<char>('0' + (sum >> 3 * i & 7));
    }
    const Unpacked small = unpack(whole, piece);
    const Unpacked large = unpack(whole, 65536);
    require(small.members == large.members, "the pieces' size changes the members");
    require(small.error == large.error, "the pieces' size changes the error");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const fuzz::Input input{data, size};
    const std::string text{input.text};
    drain_both_ways(text, input.salt);
    if (input.mode % 8 == 0) {
        for (const std::string_view mark :
             {"\x1f\x8b\x08", "\x28\xb5\x2f\xfd", "BZh1\x31\x41\x59\x26\x53\x59"})
            drain_both_ways(std::string{mark} + text, input.salt);
        const std::string xz_header = test::xz("").substr(0, 12);
        drain_both_ways(xz_header + text, input.salt);
    }
    if (input.mode % 8 >= 1 && input.mode % 8 <= 4)
        check(text, test::packings[input.mode % 8 - 1], 1 + input.salt * std::size_t{5},
              input.salt);
    // Text that looks compressed is decompressed; what was compressed, in one layer only.
    if (input.mode % 8 == 5 && !traces::looks_compressed(text)) check_reading(text, input.dialect);
    if (input.mode % 8 >= 6) check_archive(text, 1 + input.salt * std::size_t{3});
    return 0;
}
