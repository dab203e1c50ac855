// SPDX-License-Identifier: MIT
#include "compressing.hpp"

#include <bzlib.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include <memory>
#include <new>
#include <utility>

namespace evmmem::test {
namespace {

void require(bool holds) {
    if (!holds) throw std::bad_alloc{};  // nothing else can fail here
}

}  // namespace

std::string gzip(std::string_view text, int level) {
    z_stream stream{};
    require(::deflateInit2(&stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    std::string result(::deflateBound(&stream, text.size()) + 64, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(result.data());
    stream.avail_out = static_cast<uInt>(result.size());
    require(::deflate(&stream, Z_FINISH) == Z_STREAM_END);
    result.resize(stream.total_out);
    ::deflateEnd(&stream);
    return result;
}

std::string zstd(std::string_view text, int level) {
    struct Free {
        void operator()(ZSTD_CCtx* context) const { ::ZSTD_freeCCtx(context); }
    };
    const std::unique_ptr<ZSTD_CCtx, Free> context{::ZSTD_createCCtx()};
    require(context != nullptr);
    ::ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
    ::ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, level);
    std::string result(::ZSTD_compressBound(text.size()), '\0');
    const std::size_t size =
        ::ZSTD_compress2(context.get(), result.data(), result.size(), text.data(), text.size());
    require(::ZSTD_isError(size) == 0);
    result.resize(size);
    return result;
}

std::string xz(std::string_view text, std::uint32_t preset) {
    std::string result(::lzma_stream_buffer_bound(text.size()), '\0');
    std::size_t size = 0;
    require(::lzma_easy_buffer_encode(preset, LZMA_CHECK_CRC64, nullptr,
                                      reinterpret_cast<const std::uint8_t*>(text.data()),
                                      text.size(), reinterpret_cast<std::uint8_t*>(result.data()),
                                      &size, result.size()) == LZMA_OK);
    result.resize(size);
    return result;
}

std::string bzip2(std::string_view text, int block) {
    std::string result(text.size() + text.size() / 100 + 600, '\0');
    auto size = static_cast<unsigned>(result.size());
    require(::BZ2_bzBuffToBuffCompress(result.data(), &size, const_cast<char*>(text.data()),
                                       static_cast<unsigned>(text.size()), block, 0, 0) == BZ_OK);
    result.resize(size);
    return result;
}

const char* name(Packing packing) {
    switch (packing) {
        case Packing::gzip: return "gzip";
        case Packing::zstd: return "zstd";
        case Packing::xz: return "xz";
        case Packing::bzip2: return "bzip2";
    }
    std::unreachable();
}

std::string packed(std::string_view text, Packing packing) {
    switch (packing) {
        case Packing::gzip: return gzip(text);
        case Packing::zstd: return zstd(text);
        case Packing::xz: return xz(text);
        case Packing::bzip2: return bzip2(text);
    }
    std::unreachable();
}

std::string skippable_frame(std::size_t size) {
    std::string frame{"\x50\x2a\x4d\x18"};
    for (int i = 0; i < 4; ++i)
        frame += static_cast<char>(size >> 8 * i & 0xff);
    return frame + std::string(size, 'x');
}

}  // namespace evmmem::test
