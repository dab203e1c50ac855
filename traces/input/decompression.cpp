// SPDX-License-Identifier: MIT
#include "decompression.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

namespace evmmem::traces {
namespace {

bool is_gzip(std::string_view text) {
    return text.starts_with("\x1f\x8b");
}

bool is_zstd(std::string_view text) {
    if (text.starts_with("\x28\xb5\x2f\xfd")) return true;
    // A skippable frame, as `pzstd` and seekable files begin with: 0x184D2A5?, little-endian.
    return text.size() >= 4 && (static_cast<unsigned char>(text[0]) & 0xf0) == 0x50 &&
           text.substr(1, 3) == "\x2a\x4d\x18";
}

bool is_xz(std::string_view text) {
    return text.starts_with("\xfd\x37\x7a\x58");
}

bool is_bzip2(std::string_view text) {
    return text.size() >= 4 && text.starts_with("BZh") && text[3] >= '1' && text[3] <= '9';
}

struct Format {
    bool (*is_it)(std::string_view begin);
    std::unique_ptr<Decoder> (*decoder)();
};

constexpr Format formats[] = {
    {is_gzip, gzip_decoder},
    {is_zstd, zstd_decoder},
    {is_xz, xz_decoder},
    {is_bzip2, bzip2_decoder},
};

}  // namespace

bool looks_compressed(std::string_view text) {
    return std::ranges::any_of(formats, [&](const Format& format) { return format.is_it(text); });
}

std::unique_ptr<Decompression> Decompression::of(const InputBlock& input,
                                                 const Swelling& swelling) {
    for (const Format& format : formats)
        if (format.is_it(input.text()))
            return std::unique_ptr<Decompression>{new Decompression{format.decoder(), swelling}};
    return nullptr;
}

std::expected<std::size_t, TraceError> Decompression::read(RawBytes& raw, InputBlock& input,
                                                           char* target, std::size_t size) {
    // Looked at after every so many bytes, so that a limit is reached at the same one for all
    // sizes.
    constexpr std::uint64_t stretch = std::uint64_t{256} << 10;
    const std::uint64_t ratio = bytes_ / std::max<std::uint64_t>(input.consumed(), 1);
    if (bytes_ < swelling_.free_bytes || bytes_ % stretch != 0 || ratio < swelling_.ratio_max) {
        const std::uint64_t left = stretch - bytes_ % stretch;
        auto count = decoder_->read(raw, input, target, std::min<std::uint64_t>(size, left));
        if (count) bytes_ += *count;
        return count;
    }
    constexpr std::uint64_t max = std::numeric_limits<std::uint64_t>::max();
    const std::uint64_t more = swelling_.ratio_max > max / 10 ? max : 10 * swelling_.ratio_max;
    return decoding_failure(TraceError::Kind::limit,
                            "decompresses to more than " + std::to_string(swelling_.ratio_max) +
                                " times its size, as no trace does; --max-ratio " +
                                std::to_string(more) + " raises the limit");
}

}  // namespace evmmem::traces
