// SPDX-License-Identifier: MIT
#include <zstd.h>
#include <zstd_errors.h>

#include <string>
#include <utility>

#include "decoder.hpp"

namespace evmmem::traces {
namespace {

/// When it fails, zstd forgets what it wrote in the same call. So it is fed one part of a frame (a
/// header, a block, a checksum) at a time, and nothing more before the output of the last part is
/// taken: then a call that fails has written nothing.
class ZstdDecoder final : public Decoder {
public:
    std::expected<std::size_t, TraceError> read(RawBytes& raw, InputBlock& input, char* target,
                                                std::size_t size) override {
        if (!context_)
            return decoding_failure(TraceError::Kind::limit, "no memory left to undo zstd");
        ZSTD_outBuffer out{target, size, 0};
        while (out.pos == 0) {
            if (!std::exchange(may_hold_output_, false)) {
                if (auto done = input.want_any(raw); !done) return std::unexpected{done.error()};
                if (input.is_empty()) {
                    if (!is_inside_) break;
                    return decoding_failure(TraceError::Kind::truncated,
                                            "the zstd data end too early");
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
                    return decoding_failure(TraceError::Kind::limit, "no memory left to undo zstd");
                case ZSTD_error_frameParameter_windowTooLarge:
                    return decoding_failure(
                        TraceError::Kind::limit,
                        "the zstd data need a window of more than 128 MiB; unpack them "
                        "by zstd -dc --long=31");
                default: break;
            }
            return decoding_failure(
                TraceError::Kind::io,
                std::string{"the zstd data are damaged: "} + ::ZSTD_getErrorName(result));
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

}  // namespace

std::unique_ptr<Decoder> zstd_decoder() {
    return std::make_unique<ZstdDecoder>();
}

}  // namespace evmmem::traces
