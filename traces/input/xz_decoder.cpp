// SPDX-License-Identifier: MIT
#include <lzma.h>

#include <optional>
#include <string>

#include "decoder.hpp"

namespace evmmem::traces {
namespace {

/// What liblzma needs beside its window, in bytes: tables, and a block's buffers.
constexpr std::uint64_t beside_window = std::uint64_t{1} << 20;

const char* name(lzma_ret result) {
    switch (result) {
        case LZMA_FORMAT_ERROR: return "no xz header where one should be";
        case LZMA_OPTIONS_ERROR: return "options that are not known";
        case LZMA_UNSUPPORTED_CHECK: return "a checksum of an unknown kind";
        default: return "corrupt";
    }
}

class XzDecoder final : public Decoder {
public:
    XzDecoder() {
        // A checksum that cannot be verified is refused; streams may follow each other, with zeros
        // between them.
        is_ready_ =
            ::lzma_stream_decoder(&stream_, window_max + beside_window,
                                  LZMA_TELL_UNSUPPORTED_CHECK | LZMA_CONCATENATED) == LZMA_OK;
    }
    XzDecoder(const XzDecoder&) = delete;
    XzDecoder& operator=(const XzDecoder&) = delete;
    ~XzDecoder() override { ::lzma_end(&stream_); }

    std::expected<std::size_t, TraceError> read(RawBytes& raw, InputBlock& input, char* target,
                                                std::size_t size) override {
        if (!is_ready_) return no_memory();
        if (error_) return std::unexpected{*error_};
        stream_.next_out = reinterpret_cast<std::uint8_t*>(target);
        stream_.avail_out = size;
        while (stream_.avail_out == size && !is_over_) {
            if (!may_hold_output_)
                if (auto done = input.want_any(raw); !done) return std::unexpected{done.error()};
            const std::string_view text = input.text();
            stream_.next_in = reinterpret_cast<const std::uint8_t*>(text.data());
            stream_.avail_in = text.size();
            const lzma_ret result =
                ::lzma_code(&stream_, input.at_end() && text.empty() ? LZMA_FINISH : LZMA_RUN);
            input.consume(text.size() - stream_.avail_in);
            may_hold_output_ = stream_.avail_out == 0;
            is_over_ = result == LZMA_STREAM_END;
            if (result == LZMA_OK || is_over_) continue;
            if (result == LZMA_BUF_ERROR && !(input.at_end() && input.is_empty())) continue;
            // What stands before it is handed out first, all of it, for any `size`.
            error_ = failure(result).error();
            if (stream_.avail_out == size) return std::unexpected{*error_};
        }
        return size - stream_.avail_out;
    }

private:
    static std::unexpected<TraceError> no_memory() {
        return decoding_failure(TraceError::Kind::limit, "no memory left to undo xz");
    }
    static std::unexpected<TraceError> failure(lzma_ret result) {
        switch (result) {
            case LZMA_BUF_ERROR:
                return decoding_failure(TraceError::Kind::truncated, "the xz data end too early");
            case LZMA_MEM_ERROR: return no_memory();
            case LZMA_MEMLIMIT_ERROR:
                return decoding_failure(
                    TraceError::Kind::limit,
                    "the xz data need a window of more than 128 MiB; unpack them by xz -dc");
            default:
                return decoding_failure(TraceError::Kind::io,
                                        std::string{"the xz data are damaged: "} + name(result));
        }
    }

    lzma_stream stream_ = LZMA_STREAM_INIT;
    bool is_ready_ = false;
    bool is_over_ = false;
    bool may_hold_output_ = false;
    std::optional<TraceError> error_;
};

}  // namespace

std::unique_ptr<Decoder> xz_decoder() {
    return std::make_unique<XzDecoder>();
}

}  // namespace evmmem::traces
