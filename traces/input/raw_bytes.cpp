// SPDX-License-Identifier: MIT
#include "raw_bytes.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace evmmem::traces {
namespace {

/// How long to wait before asking again whether to give up, in milliseconds.
constexpr int patience = 50;

std::unexpected<TraceError> system_failure(std::string_view doing, int code) {
    TraceError error;
    error.kind = TraceError::Kind::io;
    error.message = doing;
    switch (code) {
        case ENOENT: error.message += "there is no such file"; break;
        case EACCES: error.message += "permission denied"; break;
        case EISDIR: error.message += "it is a directory, not a file"; break;
        default: error.message += std::strerror(code); break;
    }
    return std::unexpected{std::move(error)};
}

}  // namespace

RawBytes::~RawBytes() {
    if (owned_) ::close(descriptor_);
}

std::expected<void, TraceError> RawBytes::open(const std::string& path) {
    const bool is_stdin = path == "-";
    // A FIFO without a writer would be waited for here, and could not be cancelled.
    descriptor_ = is_stdin ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor_ < 0) return system_failure("cannot be opened: ", errno);
    owned_ = !is_stdin;
    if (owned_) ::fcntl(descriptor_, F_SETFL, ::fcntl(descriptor_, F_GETFL) & ~O_NONBLOCK);
    struct ::stat status{};
    const bool is_known = ::fstat(descriptor_, &status) == 0;
    if (owned_ && is_known && S_ISDIR(status.st_mode))
        return system_failure("cannot be read: ", EISDIR);
    may_wait_ = !is_known || !S_ISREG(status.st_mode);
    return {};
}

/// Until there is something to read, or an end or an error of it; false when the wait was
/// cancelled.
bool RawBytes::wait() const {
    ::pollfd waiting{descriptor_, POLLIN, 0};
    for (;;) {
        const int ready = ::poll(&waiting, 1, is_cancelled_ != nullptr ? patience : -1);
        if (ready > 0 || (ready < 0 && errno != EINTR)) return true;
        if (is_cancelled_ != nullptr && is_cancelled_()) return false;
    }
}

bool RawBytes::has_more_within(int milliseconds) const {
    if (!may_wait_) return true;
    ::pollfd waiting{descriptor_, POLLIN, 0};
    return ::poll(&waiting, 1, milliseconds) != 0;
}

std::size_t RawBytes::copy_text(std::uint64_t place, char* target, std::size_t size) const {
    return place < text_.size() ? text_.copy(target, size, place) : 0;
}

/// Standard input is not ours alone, nor is where it is read next.
std::optional<std::uint64_t> RawBytes::claim(std::size_t size) {
    if (!may_be_read_elsewhere()) return std::nullopt;
    if (descriptor_ < 0) return std::exchange(position_, position_ + size);
    if (!owned_) return std::nullopt;
    const ::off_t end = ::lseek(descriptor_, static_cast<::off_t>(size), SEEK_CUR);
    if (end < 0) return std::nullopt;
    return static_cast<std::uint64_t>(end) - size;
}

std::expected<std::size_t, TraceError> RawBytes::read_at(std::uint64_t place, char* target,
                                                         std::size_t size) const {
    if (descriptor_ < 0) return copy_text(place, target, size);
    for (;;) {
        if (is_cancelled_ != nullptr && is_cancelled_())
            return system_failure("cannot be read: ", EINTR);
        const ::ssize_t count = ::pread(descriptor_, target, size, static_cast<::off_t>(place));
        if (count >= 0) return static_cast<std::size_t>(count);
        if (errno != EINTR) return system_failure("cannot be read: ", errno);
    }
}

std::expected<std::size_t, TraceError> RawBytes::read(char* target, std::size_t size) {
    if (read_) {
        auto count = read_(target, size);
        if (count && spool_ != nullptr) spool_->write({target, *count});
        return count;
    }
    if (descriptor_ < 0) {
        const std::size_t count = copy_text(position_, target, size);
        position_ += count;
        return count;
    }
    for (;;) {
        if (is_cancelled_ != nullptr && is_cancelled_())
            return system_failure("cannot be read: ", EINTR);
        if (may_wait_ && !wait()) continue;
        const ::ssize_t count = ::read(descriptor_, target, size);
        if (count >= 0) {
            const auto size_read = static_cast<std::size_t>(count);
            if (spool_ != nullptr) spool_->write({target, size_read});
            return size_read;
        }
        // The process that opened standard input may have made it non-blocking.
        if (errno != EINTR && errno != EAGAIN) return system_failure("cannot be read: ", errno);
    }
}

}  // namespace evmmem::traces
