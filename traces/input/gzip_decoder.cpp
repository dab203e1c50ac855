// SPDX-License-Identifier: MIT
#include <zlib.h>

#include "decoder.hpp"

namespace evmmem::traces {
namespace {

class GzipDecoder final : public MemberDecoder {
public:
    // Whatever writes whole blocks, tapes and some archivers, pads with zeros; gzip(1) passes over them.
    GzipDecoder() : MemberDecoder{"gzip", Padding::zeros} {
        // 15: the largest window; 16: a gzip header and trailer, whose CRC and length zlib
        // verifies.
        is_ready_ = ::inflateInit2(&stream_, 15 + 16) == Z_OK;
    }
    GzipDecoder(const GzipDecoder&) = delete;
    GzipDecoder& operator=(const GzipDecoder&) = delete;
    ~GzipDecoder() override { ::inflateEnd(&stream_); }

private:
    bool begin() override {
        ::inflateReset(&stream_);
        return is_ready_;
    }

    Piece decode(std::string_view input, char* target, std::uint32_t size) override {
        stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
        stream_.avail_in = static_cast<uInt>(input.size());
        stream_.next_out = reinterpret_cast<Bytef*>(target);
        stream_.avail_out = size;
        const int result = ::inflate(&stream_, Z_NO_FLUSH);
        Piece piece{.consumed = input.size() - stream_.avail_in, .made = size - stream_.avail_out};
        switch (result) {
            case Z_OK:
            case Z_BUF_ERROR: break;
            case Z_STREAM_END: piece.result = Piece::Result::member_ends; break;
            case Z_MEM_ERROR: piece.result = Piece::Result::no_memory; break;
            default:
                piece.result = Piece::Result::damaged;
                piece.why = stream_.msg != nullptr ? stream_.msg : "invalid";
        }
        return piece;
    }

    z_stream stream_{};
    bool is_ready_ = false;
};

}  // namespace

std::unique_ptr<Decoder> gzip_decoder() {
    return std::make_unique<GzipDecoder>();
}

}  // namespace evmmem::traces
