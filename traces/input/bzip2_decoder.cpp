// SPDX-License-Identifier: MIT
#include <bzlib.h>

#include <algorithm>
#include <optional>
#include <string>

#include "decoder.hpp"

namespace evmmem::traces {
namespace {

const char* name(int result) {
    return result == BZ_DATA_ERROR_MAGIC ? "no bzip2 header where one should be" : "corrupt";
}

class Bzip2Decoder final : public Decoder {
public:
    Bzip2Decoder() = default;
    Bzip2Decoder(const Bzip2Decoder&) = delete;
    Bzip2Decoder& operator=(const Bzip2Decoder&) = delete;
    ~Bzip2Decoder() override { end(); }

    std::expected<std::size_t, TraceError> read(RawBytes& raw, InputBlock& input, char* target,
                                                std::size_t size) override {
        if (damage_) return std::unexpected{*damage_};
        stream_.next_out = target;
        stream_.avail_out = static_cast<unsigned>(std::min<std::size_t>(size, 1U << 30));
        const unsigned wanted = stream_.avail_out;
        while (stream_.avail_out == wanted) {
            if (!may_hold_output_) {
                if (auto done = input.want_any(raw); !done) return std::unexpected{done.error()};
                if (input.is_empty()) {
                    if (!is_inside_) break;
                    return decoding_failure(TraceError::Kind::truncated,
                                            "the bzip2 data end too early");
                }
            }
            // Another stream may follow the last one; anything else is not bzip2, and the library
            // says so.
            if (!is_inside_ && !begin()) return no_memory();
            const std::string_view text = input.text();
            stream_.next_in = const_cast<char*>(text.data());
            stream_.avail_in = static_cast<unsigned>(text.size());
            const int result = ::BZ2_bzDecompress(&stream_);
            input.consume(text.size() - stream_.avail_in);
            may_hold_output_ = stream_.avail_out == 0 && result == BZ_OK;
            if (result == BZ_STREAM_END) {
                end();
            } else if (result == BZ_MEM_ERROR) {
                return no_memory();
            } else if (result != BZ_OK) {
                auto damaged =
                    decoding_failure(TraceError::Kind::io,
                                     std::string{"the bzip2 data are damaged: "} + name(result));
                // What stands before the damage is handed out first, all of it, for any `size`.
                if (stream_.avail_out == wanted) return damaged;
                damage_ = std::move(damaged.error());
            }
        }
        return wanted - stream_.avail_out;
    }

private:
    static std::unexpected<TraceError> no_memory() {
        return decoding_failure(TraceError::Kind::limit, "no memory left to undo bzip2");
    }
    bool begin() {
        is_inside_ = ::BZ2_bzDecompressInit(&stream_, 0, 0) == BZ_OK;
        return is_inside_;
    }
    void end() {
        if (is_inside_) ::BZ2_bzDecompressEnd(&stream_);
        is_inside_ = false;
    }

    bz_stream stream_{};
    bool is_inside_ = false;  ///< a stream has begun and not ended
    bool may_hold_output_ = false;
    std::optional<TraceError> damage_;
};

}  // namespace

std::unique_ptr<Decoder> bzip2_decoder() {
    return std::make_unique<Bzip2Decoder>();
}

}  // namespace evmmem::traces
