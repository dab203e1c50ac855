// SPDX-License-Identifier: MIT
#include <zlib.h>

#include <algorithm>
#include <optional>
#include <string>

#include "decoder.hpp"

namespace evmmem::traces {
namespace {

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
        if (!is_ready_)
            return decoding_failure(TraceError::Kind::limit, "no memory left to undo gzip");
        if (damage_) return std::unexpected{*damage_};
        stream_.next_out = reinterpret_cast<Bytef*>(target);
        stream_.avail_out = static_cast<uInt>(std::min<std::size_t>(size, 1U << 30));
        const uInt wanted = stream_.avail_out;
        while (stream_.avail_out == wanted) {
            if (!may_hold_output_) {
                if (auto done = input.want_any(raw); !done) return std::unexpected{done.error()};
                if (input.is_empty()) {
                    if (!is_inside_) break;
                    return decoding_failure(TraceError::Kind::truncated,
                                            "the gzip data end too early");
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
                return decoding_failure(TraceError::Kind::limit, "no memory left to undo gzip");
            } else if (result != Z_OK && result != Z_BUF_ERROR) {
                auto damaged = decoding_failure(
                    TraceError::Kind::io, std::string{"the gzip data are damaged: "} +
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

}  // namespace

std::unique_ptr<Decoder> gzip_decoder() {
    return std::make_unique<GzipDecoder>();
}

}  // namespace evmmem::traces
