// SPDX-License-Identifier: MIT
#include <bzlib.h>

#include "decoder.hpp"

namespace evmmem::traces {
namespace {

class Bzip2Decoder final : public MemberDecoder {
public:
    Bzip2Decoder() : MemberDecoder{"bzip2"} {}
    Bzip2Decoder(const Bzip2Decoder&) = delete;
    Bzip2Decoder& operator=(const Bzip2Decoder&) = delete;
    ~Bzip2Decoder() override { end(); }

private:
    bool begin() override {
        is_open_ = ::BZ2_bzDecompressInit(&stream_, 0, 0) == BZ_OK;
        return is_open_;
    }

    Piece decode(std::string_view input, char* target, std::uint32_t size) override {
        stream_.next_in = const_cast<char*>(input.data());
        stream_.avail_in = static_cast<unsigned>(input.size());
        stream_.next_out = target;
        stream_.avail_out = size;
        const int result = ::BZ2_bzDecompress(&stream_);
        Piece piece{.consumed = input.size() - stream_.avail_in, .made = size - stream_.avail_out};
        switch (result) {
            case BZ_OK: break;
            case BZ_STREAM_END:
                piece.result = Piece::Result::member_ends;
                end();
                break;
            case BZ_MEM_ERROR: piece.result = Piece::Result::no_memory; break;
            default:
                piece.result = Piece::Result::damaged;
                piece.why = result == BZ_DATA_ERROR_MAGIC ? "no bzip2 header where one should be"
                                                          : "corrupt";
        }
        return piece;
    }

    void end() {
        if (is_open_) ::BZ2_bzDecompressEnd(&stream_);
        is_open_ = false;
    }

    bz_stream stream_{};
    bool is_open_ = false;
};

}  // namespace

std::unique_ptr<Decoder> bzip2_decoder() {
    return std::make_unique<Bzip2Decoder>();
}

}  // namespace evmmem::traces
