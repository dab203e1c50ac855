// SPDX-License-Identifier: MIT
#include "compressor.hpp"

#include <zlib.h>
#include <zstd.h>

#include <cstddef>
#include <new>
#include <vector>

namespace evmmem::traces {
namespace {

constexpr std::size_t compressed_piece = std::size_t{128} * 1024;

class ZstdCompressor final : public Compressor {
public:
    ZstdCompressor() {
        if (context_ == nullptr) throw std::bad_alloc{};
        ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_checksumFlag, 1);
    }

    void write(std::string_view text, const TextPieces::Sink& sink) override {
        ZSTD_inBuffer input{text.data(), text.size(), 0};
        while (input.pos < input.size)
            step(input, ZSTD_e_continue, sink);
    }
    void finish(const TextPieces::Sink& sink) override {
        ZSTD_inBuffer nothing{nullptr, 0, 0};
        while (step(nothing, ZSTD_e_end, sink) != 0) {
        }
    }

private:
    std::size_t step(ZSTD_inBuffer& input, ZSTD_EndDirective directive,
                     const TextPieces::Sink& sink) {
        ZSTD_outBuffer compressed{piece_.data(), piece_.size(), 0};
        const std::size_t left =
            ZSTD_compressStream2(context_.get(), &compressed, &input, directive);
        // With these parameters the one thing that can go wrong is that there is no memory.
        if (ZSTD_isError(left) != 0) throw std::bad_alloc{};
        sink({piece_.data(), compressed.pos});
        return left;
    }

    struct Free {
        void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
    };
    std::unique_ptr<ZSTD_CCtx, Free> context_{ZSTD_createCCtx()};
    std::vector<char> piece_ = std::vector<char>(compressed_piece);
};

class GzipCompressor final : public Compressor {
public:
    GzipCompressor() {
        constexpr int gzip = 16;  // a gzip header, and not zlib's
        constexpr int memory_level = 8;
        if (deflateInit2(&stream_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, MAX_WBITS + gzip,
                         memory_level, Z_DEFAULT_STRATEGY) != Z_OK)
            throw std::bad_alloc{};
    }
    ~GzipCompressor() override { deflateEnd(&stream_); }
    GzipCompressor(const GzipCompressor&) = delete;
    GzipCompressor& operator=(const GzipCompressor&) = delete;

    void write(std::string_view text, const TextPieces::Sink& sink) override {
        constexpr std::size_t part_max = std::size_t{1} << 30;  // zlib counts in 32 bits
        while (!text.empty()) {
            const std::string_view part = text.substr(0, part_max);
            // zlib's interface is older than const; it does not write there.
            stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(part.data()));
            stream_.avail_in = static_cast<uInt>(part.size());
            run(Z_NO_FLUSH, sink);
            text.remove_prefix(part.size());
        }
    }
    void finish(const TextPieces::Sink& sink) override { run(Z_FINISH, sink); }

private:
    void run(int flush, const TextPieces::Sink& sink) {
        do {
            stream_.next_out = reinterpret_cast<Bytef*>(piece_.data());
            stream_.avail_out = static_cast<uInt>(piece_.size());
            deflate(&stream_, flush);
            sink({piece_.data(), piece_.size() - stream_.avail_out});
        } while (stream_.avail_out == 0);
    }

    z_stream stream_{};
    std::vector<char> piece_ = std::vector<char>(compressed_piece);
};

}  // namespace

std::unique_ptr<Compressor> compressor_for(const std::string& path) {
    if (path.ends_with(".zst")) return std::make_unique<ZstdCompressor>();
    if (path.ends_with(".gz")) return std::make_unique<GzipCompressor>();
    return nullptr;
}

}  // namespace evmmem::traces
