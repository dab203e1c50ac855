// SPDX-License-Identifier: MIT
#include "byte_source.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include "processors.hpp"
#include "read_ahead.hpp"

namespace evmmem::traces {
namespace {

/// Decompressed bytes after which a second thread is worth its start.
constexpr std::size_t read_ahead_after = std::size_t{1024} * 1024;
/// Bytes by which compression is recognised.
constexpr std::size_t magic_size = 4;

/// No more is waited for then: what follows may take its time, and be another transaction's.
bool is_line_of_json(std::string_view begin) {
    return begin.starts_with('{') && begin.find('\n') != std::string_view::npos;
}

}  // namespace

class ByteSource::Impl {
public:
    explicit Impl(const SourceOptions& options)
        : raw_{options.spool, options.is_cancelled}, options_{options} {}
    Impl(std::string_view text, const SourceOptions& options) : raw_{text}, options_{options} {}
    Impl(ReadBytes read, const SourceOptions& options)
        : raw_{std::move(read), options.spool}, options_{options} {}

    std::expected<void, TraceError> open(const std::string& path) { return raw_.open(path); }

    /// Only for files proper: a thread that waits for a FIFO could not be ended. Not with a spool,
    /// either, which is this thread's.
    void read_ahead() { may_read_ahead_ = raw_.may_be_read_elsewhere() && processors() > 1; }

    bool may_be_read_elsewhere() const { return raw_.may_be_read_elsewhere(); }

    std::expected<std::string_view, TraceError> begin() {
        std::string text(tar_block, '\0');
        std::size_t count = 0;
        while (count < text.size()) {
            auto more = read(text.data() + count, text.size() - count);
            if (!more) error_ = std::move(more.error());
            if (!more || *more == 0) break;
            count += *more;
            if (is_line_of_json({text.data(), count})) break;
        }
        if (count == 0 && error_) return std::unexpected{*error_};
        text.resize(count);
        begin_ = std::move(text);
        given_ = 0;
        return begin_;
    }

    bool is_compressed() const { return decompression_ != nullptr; }
    void stop_spooling() { raw_.stop_spooling(); }

    std::expected<std::size_t, TraceError> read(char* target, std::size_t size) {
        if (given_ < begin_.size()) {
            const std::size_t count = begin_.copy(target, size, given_);
            given_ += count;
            return count;
        }
        if (error_) return std::unexpected{*std::exchange(error_, std::nullopt)};
        if (is_finished_) return 0;
        auto count = read_some(target, size);
        if (!count || *count == 0) is_finished_ = true;
        return count;
    }

    std::optional<std::uint64_t> claim(std::size_t size) {
        return is_plain() && !is_finished_ ? raw_.claim(size) : std::nullopt;
    }

    std::expected<std::size_t, TraceError> read_at(std::uint64_t place, char* target,
                                                   std::size_t size) const {
        return raw_.read_at(place, target, size);
    }

    bool has_more_within(int milliseconds) const {
        return !is_plain() || raw_.has_more_within(milliseconds);
    }

private:
    /// Whether what comes next is raw bytes, as they are.
    bool is_plain() const {
        return is_recognised_ && !decompression_ && !input_ && given_ == begin_.size() && !error_;
    }

    std::expected<std::size_t, TraceError> read_some(char* target, std::size_t size) {
        if (!is_recognised_)
            if (auto done = recognise(); !done) return std::unexpected{done.error()};
        if (decompression_) return read_decompressed(target, size);
        if (!input_) return raw_.read(target, size);
        const std::string_view text = input_->text().substr(0, size);
        std::copy(text.begin(), text.end(), target);
        input_->consume(text.size());
        if (!input_->is_empty()) return text.size();
        input_.reset();  // from here on plain bytes go straight to the target
        return !text.empty() ? text.size() : raw_.read(target, size);
    }

    std::expected<std::size_t, TraceError> read_decompressed(char* target, std::size_t size) {
        if (ahead_) return ahead_->read(target, size);
        if (may_read_ahead_ && decompression_->bytes() >= read_ahead_after) {
            may_read_ahead_ = false;  // one attempt
            ahead_ = ReadAhead::start([this](char* to, std::size_t count) {
                return decompression_->read(raw_, *input_, to, count);
            });
            if (ahead_) return ahead_->read(target, size);
        }
        return decompression_->read(raw_, *input_, target, size);
    }

    /// Reads until the magic bytes are there: a FIFO may give them one by one.
    std::expected<void, TraceError> recognise() {
        input_.emplace();
        while (input_->text().size() < magic_size) {
            const auto more = input_->extend(raw_);
            if (!more) return std::unexpected{more.error()};
            if (!*more) break;
        }
        if (options_.undoes_compression)
            decompression_ = Decompression::of(*input_, options_.swelling);
        is_recognised_ = true;
        return {};
    }

    RawBytes raw_;
    SourceOptions options_;
    std::string begin_;                ///< looked at; given out so far are
    std::size_t given_ = 0;            ///< so many bytes of it
    std::optional<TraceError> error_;  ///< that came after it
    std::optional<InputBlock> input_;  ///< compressed input, or the first bytes of a plain one
    std::unique_ptr<Decompression> decompression_;
    bool is_recognised_ = false;
    bool is_finished_ = false;
    bool may_read_ahead_ = false;
    /// The last member, so that its thread ends before the others go.
    std::unique_ptr<ReadAhead> ahead_;
};

std::expected<ByteSource, TraceError> ByteSource::open(const std::string& path,
                                                       const SourceOptions& options) {
    auto impl = std::make_unique<Impl>(options);
    if (auto opened = impl->open(path); !opened) {
        if (const auto member = member_path(path)) return open_member(*member, options);
        return std::unexpected{std::move(opened.error())};
    }
    return ByteSource{std::move(impl)};
}

std::expected<ByteSource, TraceError> ByteSource::open_member(const MemberPath& path,
                                                              const SourceOptions& options) {
    SourceOptions outer = options;
    outer.spool = nullptr;
    auto bytes = open(path.archive, outer);
    if (!bytes) return std::unexpected{std::move(bytes.error())};
    const auto begin = bytes->begin();
    if (!begin) return std::unexpected{begin.error()};
    const auto missing = [&](const std::string& why) {
        return std::unexpected{
            TraceError::of(TraceError::Kind::io, "there is no such file: " + why)};
    };
    if (looks_like_damaged_tar(*begin, path.archive))
        return missing(
            "what stands before the colon is a tar archive whose first header is damaged");
    if (!looks_like_tar(*begin)) return missing("what stands before the colon is no tar archive");
    SourceOptions inner = options;
    inner.undoes_compression = !bytes->is_compressed();
    bytes->read_ahead();
    const auto archive = std::make_shared<Archive>(
        [source = std::make_shared<ByteSource>(std::move(*bytes))](char* target, std::size_t size) {
            return source->read(target, size);
        });
    for (;;) {
        const auto member = archive->next();
        if (!member) return std::unexpected{member.error()};
        if (!*member) return missing("the archive has no such member");
        if ((*member)->name != path.member) continue;
        if ((*member)->kind != Archive::Member::Kind::file)
            return missing("the member is a link, or neither a file nor a folder");
        return from(
            [archive](char* target, std::size_t size) { return archive->read(target, size); },
            inner);
    }
}

ByteSource ByteSource::over(std::string_view text, const SourceOptions& options) {
    return ByteSource{std::make_unique<Impl>(text, options)};
}

ByteSource ByteSource::from(ReadBytes read, const SourceOptions& options) {
    return ByteSource{std::make_unique<Impl>(std::move(read), options)};
}

std::expected<std::string_view, TraceError> ByteSource::begin() {
    return impl_->begin();
}

void ByteSource::stop_spooling() {
    impl_->stop_spooling();
}

bool ByteSource::is_compressed() const {
    return impl_->is_compressed();
}

void ByteSource::read_ahead() {
    impl_->read_ahead();
}

bool ByteSource::may_be_read_elsewhere() const {
    return impl_->may_be_read_elsewhere();
}

std::expected<std::size_t, TraceError> ByteSource::read(char* target, std::size_t size) {
    return impl_->read(target, size);
}

std::optional<std::uint64_t> ByteSource::claim(std::size_t size) {
    return impl_->claim(size);
}

std::expected<std::size_t, TraceError> ByteSource::read_at(std::uint64_t place, char* target,
                                                           std::size_t size) const {
    return impl_->read_at(place, target, size);
}

ByteSource::ByteSource(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
bool ByteSource::has_more_within(int milliseconds) const {
    return impl_->has_more_within(milliseconds);
}

ByteSource::ByteSource(ByteSource&&) noexcept = default;
ByteSource& ByteSource::operator=(ByteSource&&) noexcept = default;
ByteSource::~ByteSource() = default;

}  // namespace evmmem::traces
