// SPDX-License-Identifier: MIT
#include "byte_source.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <vector>

#include "read_ahead.hpp"

namespace evmmem::traces {
namespace {

constexpr std::size_t compressed_block_size = 256 * 1024;
/// Decompressed bytes after which a second thread is worth its start.
constexpr std::size_t read_ahead_after = 1024 * 1024;

std::unexpected<TraceError> failure(TraceError::Kind kind, std::string message) {
    TraceError error;
    error.kind = kind;
    error.message = std::move(message);
    return std::unexpected{std::move(error)};
}

std::unexpected<TraceError> system_failure(std::string_view doing, int code) {
    std::string message{doing};
    switch (code) {
        case ENOENT: message += "there is no such file"; break;
        case EACCES: message += "permission denied"; break;
        case EISDIR: message += "it is a directory, not a file"; break;
        default: message += std::strerror(code); break;
    }
    return failure(TraceError::Kind::io, std::move(message));
}

/// Bytes as they lie in the file or in memory, before any decompression.
class RawBytes {
public:
    RawBytes(int descriptor, bool owned, Spool* spool)
        : descriptor_{descriptor}, owned_{owned}, spool_{spool} {}
    explicit RawBytes(std::string_view text) : text_{text} {}
    RawBytes(const RawBytes&) = delete;
    RawBytes& operator=(const RawBytes&) = delete;
    ~RawBytes() {
        if (owned_) ::close(descriptor_);
    }

    std::expected<std::size_t, TraceError> read(char* target, std::size_t size) {
        if (descriptor_ < 0) {
            const std::size_t count = std::min(size, text_.size());
            if (count != 0) std::memcpy(target, text_.data(), count);
            text_.remove_prefix(count);
            return count;
        }
        for (;;) {
            const ::ssize_t count = ::read(descriptor_, target, size);
            if (count >= 0) {
                const auto size_read = static_cast<std::size_t>(count);
                if (spool_ != nullptr) spool_->write({target, size_read});
                return size_read;
            }
            if (errno != EINTR) return system_failure("cannot be read: ", errno);
        }
    }

    bool is_proper_file() const {
        struct ::stat status {};
        return spool_ == nullptr && descriptor_ >= 0 && ::fstat(descriptor_, &status) == 0 &&
               S_ISREG(status.st_mode);
    }

private:
    int descriptor_ = -1;
    bool owned_ = false;
    Spool* spool_ = nullptr;
    std::string_view text_;
};

/// A block of compressed input and what of it is still to be consumed.
struct InputBlock {
    std::vector<char> bytes = std::vector<char>(compressed_block_size);
    std::size_t begin = 0;
    std::size_t end = 0;
    bool at_end = false;

    bool empty() const { return begin == end; }
    std::expected<void, TraceError> refill(RawBytes& raw) {
        const auto count = raw.read(bytes.data(), bytes.size());
        if (!count) return std::unexpected{count.error()};
        begin = 0;
        end = *count;
        at_end = end == 0;
        return {};
    }
};

class Decoder {
public:
    virtual ~Decoder() = default;
    virtual std::expected<std::size_t, TraceError> read(RawBytes& raw, InputBlock& input,
                                                        char* target, std::size_t size) = 0;
};

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
        if (!is_ready_) return failure(TraceError::Kind::io, "no memory left to decompress gzip");
        stream_.next_out = reinterpret_cast<Bytef*>(target);
        stream_.avail_out = static_cast<uInt>(std::min<std::size_t>(size, 1U << 30));
        const uInt wanted = stream_.avail_out;
        while (stream_.avail_out == wanted) {
            if (input.empty() && !input.at_end)
                if (auto done = input.refill(raw); !done) return std::unexpected{done.error()};
            if (input.empty()) {
                if (!is_inside_) break;
                return failure(TraceError::Kind::truncated, "the gzip data end too early");
            }
            if (!is_inside_) {
                // Another member may follow the last one; anything else is not gzip, and zlib says
                // so.
                ::inflateReset(&stream_);
                is_inside_ = true;
            }
            stream_.next_in = reinterpret_cast<Bytef*>(input.bytes.data() + input.begin);
            stream_.avail_in = static_cast<uInt>(input.end - input.begin);
            const int result = ::inflate(&stream_, Z_NO_FLUSH);
            input.begin = input.end - stream_.avail_in;
            if (result == Z_STREAM_END)
                is_inside_ = false;
            else if (result != Z_OK && result != Z_BUF_ERROR)
                return failure(TraceError::Kind::io,
                               std::string{"the gzip data are damaged: "} +
                                   (stream_.msg != nullptr ? stream_.msg : "invalid"));
        }
        return wanted - stream_.avail_out;
    }

private:
    z_stream stream_{};
    bool is_ready_ = false;
    bool is_inside_ = false;  ///< a member has begun and not ended
};

class ZstdDecoder final : public Decoder {
public:
    std::expected<std::size_t, TraceError> read(RawBytes& raw, InputBlock& input, char* target,
                                                std::size_t size) override {
        if (!context_) return failure(TraceError::Kind::io, "no memory left to decompress zstd");
        ZSTD_outBuffer out{target, size, 0};
        while (out.pos == 0) {
            if (input.empty() && !input.at_end)
                if (auto done = input.refill(raw); !done) return std::unexpected{done.error()};
            if (input.empty()) {
                if (!is_inside_) break;
                return failure(TraceError::Kind::truncated, "the zstd data end too early");
            }
            ZSTD_inBuffer in{input.bytes.data() + input.begin, input.end - input.begin, 0};
            const std::size_t result = ::ZSTD_decompressStream(context_.get(), &out, &in);
            input.begin += in.pos;
            if (::ZSTD_isError(result) != 0)
                return failure(TraceError::Kind::io, std::string{"the zstd data are damaged: "} +
                                                         ::ZSTD_getErrorName(result));
            is_inside_ = result != 0;
        }
        return out.pos;
    }

private:
    struct Free {
        void operator()(ZSTD_DCtx* context) const { ::ZSTD_freeDCtx(context); }
    };
    std::unique_ptr<ZSTD_DCtx, Free> context_{::ZSTD_createDCtx()};
    bool is_inside_ = false;  ///< a frame has begun and not ended
};

bool starts_with(const InputBlock& input, std::string_view magic) {
    return std::string_view{input.bytes.data() + input.begin, input.end - input.begin}.starts_with(
        magic);
}

bool is_zstd(const InputBlock& input) {
    using namespace std::string_view_literals;
    if (starts_with(input, "\x28\xb5\x2f\xfd"sv)) return true;
    // A skippable frame, as `pzstd` and seekable files begin with: 0x184D2A5?, little-endian.
    return input.end >= 4 && (static_cast<unsigned char>(input.bytes[0]) & 0xf0) == 0x50 &&
           std::string_view{input.bytes.data() + 1, 3} == "\x2a\x4d\x18"sv;
}

}  // namespace

class ByteSource::Impl {
public:
    Impl(int descriptor, bool owned, Spool* spool) : raw_{descriptor, owned, spool} {}
    explicit Impl(std::string_view text) : raw_{text} {}

    /// Only for files proper: a thread that waits for a FIFO could not be ended. Not with a spool,
    /// either, which is this thread's.
    void read_ahead() {
        may_read_ahead_ = raw_.is_proper_file() && std::thread::hardware_concurrency() > 1;
    }

    std::expected<std::size_t, TraceError> read(char* target, std::size_t size) {
        if (is_finished_) return 0;
        auto count = read_some(target, size);
        if (!count || *count == 0) is_finished_ = true;
        return count;
    }

private:
    std::expected<std::size_t, TraceError> read_some(char* target, std::size_t size) {
        if (!is_recognised_)
            if (auto done = recognise(); !done) return std::unexpected{done.error()};
        if (decoder_) return read_decoded(target, size);
        if (!input_) return raw_.read(target, size);
        const std::size_t count = std::min(size, input_->end - input_->begin);
        std::memcpy(target, input_->bytes.data() + input_->begin, count);
        input_->begin += count;
        if (!input_->empty()) return count;
        input_.reset();  // from here on plain bytes go straight to the target
        return count != 0 ? count : raw_.read(target, size);
    }

    std::expected<std::size_t, TraceError> read_decoded(char* target, std::size_t size) {
        if (ahead_) return ahead_->read(target, size);
        if (may_read_ahead_ && decoded_ >= read_ahead_after) {
            may_read_ahead_ = false;  // one attempt
            ahead_ = ReadAhead::start([this](char* to, std::size_t count) {
                return decoder_->read(raw_, *input_, to, count);
            });
            if (ahead_) return ahead_->read(target, size);
        }
        auto count = decoder_->read(raw_, *input_, target, size);
        if (count) decoded_ += *count;
        return count;
    }

    /// Reads until the magic bytes are there: a FIFO may give them one by one.
    std::expected<void, TraceError> recognise() {
        input_.emplace();
        while (input_->end < 4) {
            const auto count =
                raw_.read(input_->bytes.data() + input_->end, input_->bytes.size() - input_->end);
            if (!count) return std::unexpected{count.error()};
            if (*count == 0) break;
            input_->end += *count;
        }
        if (starts_with(*input_, "\x1f\x8b"))
            decoder_ = std::make_unique<GzipDecoder>();
        else if (is_zstd(*input_))
            decoder_ = std::make_unique<ZstdDecoder>();
        is_recognised_ = true;
        return {};
    }

    RawBytes raw_;
    std::optional<InputBlock> input_;  ///< compressed input, or the first bytes of a plain one
    std::unique_ptr<Decoder> decoder_;
    bool is_recognised_ = false;
    bool is_finished_ = false;
    bool may_read_ahead_ = false;
    std::size_t decoded_ = 0;
    std::unique_ptr<ReadAhead>
        ahead_;  ///< the last member, so that its thread ends before the others go
};

std::expected<ByteSource, TraceError> ByteSource::open(const std::string& path, Spool* spool) {
    if (path == "-") return ByteSource{std::make_unique<Impl>(STDIN_FILENO, false, spool)};
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return system_failure("cannot be opened: ", errno);
    auto impl = std::make_unique<Impl>(descriptor, true, spool);
    struct ::stat status {};
    if (::fstat(descriptor, &status) == 0 && S_ISDIR(status.st_mode))
        return system_failure("cannot be read: ", EISDIR);
    return ByteSource{std::move(impl)};
}

ByteSource ByteSource::over(std::string_view text) {
    return ByteSource{std::make_unique<Impl>(text)};
}

void ByteSource::read_ahead() {
    impl_->read_ahead();
}

std::expected<std::size_t, TraceError> ByteSource::read(char* target, std::size_t size) {
    return impl_->read(target, size);
}

ByteSource::ByteSource(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
ByteSource::ByteSource(ByteSource&&) noexcept = default;
ByteSource& ByteSource::operator=(ByteSource&&) noexcept = default;
ByteSource::~ByteSource() = default;

}  // namespace evmmem::traces
