// SPDX-License-Identifier: MIT
#include "compressing.hpp"

#include <zlib.h>
#include <zstd.h>

#include <memory>
#include <new>

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

std::string skippable_frame(std::size_t size) {
    std::string frame{"\x50\x2a\x4d\x18"};
    for (int i = 0; i < 4; ++i)
        frame += static_cast<char>(size >> 8 * i & 0xff);
    return frame + std::string(size, 'x');
}

}  // namespace evmmem::test
