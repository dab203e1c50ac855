// SPDX-License-Identifier: MIT
#include "listed_files.hpp"

#include "app/host/interrupt.hpp"

namespace evmmem::app {

ListedFiles::ListedFiles(const std::string& path) {
    traces::SourceOptions options;
    options.is_cancelled = is_interrupted;
    auto source = traces::ByteSource::open(path, options);
    if (source)
        source_.emplace(std::move(*source));
    else
        error_ = std::move(source.error());
}

std::expected<bool, traces::TraceError> ListedFiles::read_more() {
    if (error_) return std::unexpected{*error_};
    constexpr std::size_t piece = std::size_t{64} * 1024;
    const std::size_t size = text_.size();
    text_.resize(size + piece);
    const auto count = source_->read(text_.data() + size, piece);
    text_.resize(size + (count ? *count : 0));
    if (!count) return std::unexpected{count.error()};
    if (*count == 0) return false;
    if (!knows_end_) end_ = text_.find('\0') != std::string::npos ? '\0' : '\n';
    knows_end_ = true;
    return true;
}

std::unexpected<traces::TraceError> ListedFiles::failed(const char* why) {
    is_finished_ = true;
    auto error = traces::TraceError::of(traces::TraceError::Kind::not_a_trace, why);
    error.line = number_;
    return std::unexpected{std::move(error)};
}

std::expected<std::optional<std::string>, traces::TraceError> ListedFiles::next() {
    while (!is_finished_) {
        std::size_t size = text_.find(end_);
        bool is_last = false;
        if (!knows_end_ || (size == std::string::npos && text_.size() <= name_max)) {
            const auto more = read_more();
            if (!more) {
                is_finished_ = true;
                return std::unexpected{more.error()};
            }
            if (*more) continue;
            is_last = true;
        }
        ++number_;
        if (size == std::string::npos) size = text_.size();
        if (size > name_max) return failed("no name of a file has more than 4096 bytes");
        std::string name = text_.substr(0, size);
        text_.erase(0, size + 1);
        is_finished_ = is_last;
        if (end_ == '\n' && name.find('\0') != std::string::npos)
            return failed("a zero byte in a name: names end either in newlines or in zero bytes");
        has_names_ = has_names_ || !name.empty();
        if (!name.empty()) return name;
    }
    if (has_names_) return std::nullopt;
    has_names_ = true;
    number_ = 0;
    return failed("the list names no file");
}

}  // namespace evmmem::app
