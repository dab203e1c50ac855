// SPDX-License-Identifier: MIT
#include "decompression.hpp"

#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <utility>

namespace evmmem::traces {
namespace {

std::unexpected<TraceError> failure(TraceError::Kind kind, std::string message) {
    TraceError error;
    error.kind = kind;
    error.message = std::move(message);
    return std::unexpected{std::move(error)};
}

class GzipDecoder final : public Decoder {
public:
    GzipDecoder() {
        // 15: the largest window; 16: a gzip header and trailer, whose CRC and length zlib
        // verifies.
        is_ready_ = ::inflateInit2(&stream_, 15 + 16) == Z_OK;
    }
    GzipDecoder(const GzipDecoder&) = delete;
    GzipDecoder& operator=(const GzipDecoder&) = delete;
    ~GzipDecoder() override { ::inflateEnd(&stream_); }

    std::expected<std::size_t, TraceError> read(RawBytes& raw, InputBlock& input, char* target,
                                                std::size_t size) override {
        if (!is_ready_) return failure(TraceError::Kind::limit, "no memory left to undo gzip");
        if (damage_) return std::unexpected{*damage_};
        stream_.next_out = reinterpret_cast<Bytef*>(target);
        stream_.avail_out = static_cast<uInt>(std::min<std::size_t>(size, 1U << 30));
        const uInt wanted = stream_.avail_out;
        while (stream_.avail_out == wanted) {
            if (!may_hold_output_) {
                if (auto done = input.want_any(raw); !done) return std::unexpected{done.error()};
                if (input.is_empty()) {
                    if (!is_inside_) break;
                    return failure(TraceError::Kind::truncated, "the gzip data end too early");
                }
            }
            if (!is_inside_) {
                // Another member may follow the last one; anything else is not gzip, and zlib says
                // so.
                ::inflateReset(&stream_);
                is_inside_ = true;
            }
            const std::string_view text = input.text();
            stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
            stream_.avail_in = static_cast<uInt>(text.size());
            const int result = ::inflate(&stream_, Z_NO_FLUSH);
            input.consume(text.size() - stream_.avail_in);
            may_hold_output_ = stream_.avail_out == 0 && result == Z_OK;
            if (result == Z_STREAM_END) {
                is_inside_ = false;
            } else if (result == Z_MEM_ERROR) {
                return failure(TraceError::Kind::limit, "no memory left to undo gzip");
            } else if (result != Z_OK && result != Z_BUF_ERROR) {
                auto damaged = failure(TraceError::Kind::io,
                                       std::string{"the gzip data are damaged: "} +
                                           (stream_.msg != nullptr ? stream_.msg : "invalid"));
                // What stands before the damage is handed out first, all of it, for any `size`.
                if (stream_.avail_out == wanted) return damaged;
                damage_ = std::move(damaged.error());
            }
        }
        return wanted - stream_.avail_out;
    }

private:
    z_stream stream_{};
    bool is_ready_ = false;
    bool is_inside_ = false;  ///< a member has begun and not ended
    bool may_hold_output_ = false;
    std::optional<TraceError> damage_;
};

/// When it fails, zstd forgets what it wrote in the same call. So it is fed one part of a frame (a
/// header, a block, a checksum) at a time, and nothing more before the output of the last part is
/// taken: then a call that fails has written nothing.
class ZstdDecoder final : public Decoder {
public:
    std::expected<std::size_t, TraceError> read(RawBytes& raw, InputBlock& input, char* target,
                                                std::size_t size) override {
        if (!context_) return failure(TraceError::Kind::limit, "no memory left to undo zstd");
        ZSTD_outBuffer out{target, size, 0};
        while (out.pos == 0) {
            if (!std::exchange(may_hold_output_, false)) {
                if (auto done = input.want_any(raw); !done) return std::unexpected{done.error()};
                if (input.is_empty()) {
                    if (!is_inside_) break;
                    return failure(TraceError::Kind::truncated, "the zstd data end too early");
                }
                if (auto done = feed(input, out); !done) return std::unexpected{done.error()};
            } else if (auto done = call({nullptr, 0, 0}, out); !done) {
                return std::unexpected{done.error()};
            }
            may_hold_output_ = out.pos == size;
        }
        return out.pos;
    }

private:
    struct Free {
        void operator()(ZSTD_DCtx* context) const { ::ZSTD_freeDCtx(context); }
    };
    /// What zstd asks for includes the header of the next block, except where no more is left of a
    /// part than that.
    static constexpr std::size_t block_header = 3;
    static constexpr std::size_t frame_header_min = 5;

    std::expected<void, TraceError> feed(InputBlock& input, ZSTD_outBuffer& out) {
        const std::string_view text = input.text();
        const std::size_t part = wanted_ > block_header ? wanted_ - block_header : wanted_;
        const std::string_view wanted = text.substr(0, part);
        const auto used = call({wanted.data(), wanted.size(), 0}, out);
        if (!used) return std::unexpected{used.error()};
        input.consume(*used);
        return {};
    }

    std::expected<std::size_t, TraceError> call(ZSTD_inBuffer in, ZSTD_outBuffer& out) {
        const std::size_t result = ::ZSTD_decompressStream(context_.get(), &out, &in);
        if (::ZSTD_isError(result) != 0) {
            switch (::ZSTD_getErrorCode(result)) {
                case ZSTD_error_memory_allocation:
                    return failure(TraceError::Kind::limit, "no memory left to undo zstd");
                case ZSTD_error_frameParameter_windowTooLarge:
                    return failure(TraceError::Kind::limit,
                                   "the zstd data need a window of more than 128 MiB; unpack them "
                                   "by zstd -dc --long=31");
                default: break;
            }
            return failure(TraceError::Kind::io, std::string{"the zstd data are damaged: "} +
                                                     ::ZSTD_getErrorName(result));
        }
        is_inside_ = result != 0;
        wanted_ = result != 0 ? result : frame_header_min;
        return in.pos;
    }

    std::unique_ptr<ZSTD_DCtx, Free> context_{::ZSTD_createDCtx()};
    std::size_t wanted_ = frame_header_min;  ///< bytes of input, by zstd's last word
    bool is_inside_ = false;                 ///< a frame has begun and not ended
    bool may_hold_output_ = false;
};

bool is_gzip(std::string_view text) {
    return text.starts_with("\x1f\x8b");
}

bool is_zstd(std::string_view text) {
    if (text.starts_with("\x28\xb5\x2f\xfd")) return true;
    // A skippable frame, as `pzstd` and seekable files begin with: 0x184D2A5?, little-endian.
    return text.size() >= 4 && (static_cast<unsigned char>(text[0]) & 0xf0) == 0x50 &&
           text.substr(1, 3) == "\x2a\x4d\x18";
}

}  // namespace

std::expected<bool, TraceError> InputBlock::extend(RawBytes& raw) {
    if (is_empty()) begin_ = end_ = 0;
    const auto count = raw.read(bytes_.data() + end_, bytes_.size() - end_);
    if (!count) return std::unexpected{count.error()};
    end_ += *count;
    at_end_ = *count == 0;
    return !at_end_;
}

std::expected<void, TraceError> InputBlock::want_any(RawBytes& raw) {
    if (!is_empty() || at_end_) return {};
    const auto more = extend(raw);
    if (!more) return std::unexpected{more.error()};
    return {};
}

bool looks_compressed(std::string_view text) {
    return is_gzip(text) || is_zstd(text);
}

std::unique_ptr<Decompression> Decompression::of(const InputBlock& input,
                                                 const Swelling& swelling) {
    std::unique_ptr<Decoder> decoder;
    if (is_gzip(input.text()))
        decoder = std::make_unique<GzipDecoder>();
    else if (is_zstd(input.text()))
        decoder = std::make_unique<ZstdDecoder>();
    if (!decoder) return nullptr;
    return std::unique_ptr<Decompression>{new Decompression{std::move(decoder), swelling}};
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
    return failure(TraceError::Kind::limit, "decompresses to more than " +
                                                std::to_string(swelling_.ratio_max) +
                                                " times its size, as no trace does; --max-ratio " +
                                                std::to_string(more) + " raises the limit");
}

}  // namespace evmmem::traces
