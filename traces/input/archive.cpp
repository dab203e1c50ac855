// SPDX-License-Identifier: MIT
#include "archive.hpp"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace evmmem::traces {
namespace {

// Where a header has its checksum, in octal digits; the sum counts them as blanks.
constexpr std::size_t checksum_begin = 148;
constexpr std::size_t checksum_size = 8;

/// A warning is about a name that the host's alphabet lacks, and none is lost; all else is damage,
/// of which nothing is guessed.
bool is_failure(int result) {
    return result != ARCHIVE_OK && result != ARCHIVE_WARN && result != ARCHIVE_EOF;
}

}  // namespace

bool looks_like_tar(std::string_view begin) {
    if (begin.size() < tar_block) return false;
    unsigned sum = 0;
    for (std::size_t i = 0; i < tar_block; ++i) {
        const bool is_checksum = i >= checksum_begin && i < checksum_begin + checksum_size;
        sum += is_checksum ? ' ' : static_cast<unsigned char>(begin[i]);
    }
    unsigned written = 0;
    bool has_digits = false;
    for (const char c : begin.substr(checksum_begin, checksum_size)) {
        if (c == ' ' && !has_digits) continue;
        if (c < '0' || c > '7') break;
        written = 8 * written + static_cast<unsigned>(c - '0');
        has_digits = true;
    }
    return has_digits && written == sum;
}

bool is_named_as_tar(std::string_view name) {
    constexpr std::string_view ends[] = {".tar", ".tar.gz", ".tar.zst", ".tar.xz", ".tar.bz2",
                                         ".tgz", ".tzst",   ".txz",     ".tbz2",   ".tbz"};
    return std::ranges::any_of(ends, [&](std::string_view end) { return name.ends_with(end); });
}

bool looks_like_empty_tar(std::string_view begin) {
    return begin.size() >= tar_block &&
           begin.substr(0, tar_block).find_first_not_of('\0') == std::string_view::npos;
}

bool looks_like_damaged_tar(std::string_view begin, std::string_view name) {
    constexpr std::size_t mark_place = 257;
    constexpr std::string_view mark = "ustar";
    begin = begin.substr(0, tar_block);
    if (looks_like_tar(begin) || looks_like_empty_tar(begin)) return false;
    if (begin.find('\0') == std::string_view::npos) return false;
    const bool is_marked = begin.size() > mark_place && begin.substr(mark_place).starts_with(mark);
    return is_marked || is_named_as_tar(name);
}

class Archive::Impl {
public:
    explicit Impl(ReadBytes read) : read_{std::move(read)}, archive_{::archive_read_new()} {
        if (!archive_) throw std::bad_alloc{};
        ::archive_read_support_format_tar(archive_.get());
        // What is appended to an archive is not lost.
        ::archive_read_set_options(archive_.get(), "tar:read_concatenated_archives");
    }

    std::expected<std::optional<Member>, TraceError> next() {
        for (;;) {
            if (is_finished_) return std::nullopt;
            if (!is_open_) {
                is_open_ = true;
                if (::archive_read_open(archive_.get(), this, nullptr, feed, nullptr) <
                    ARCHIVE_WARN)
                    return failed();
            } else if (has_member_ && is_failure(::archive_read_data_skip(archive_.get()))) {
                return failed();
            }
            has_member_ = false;
            header_end_max_ = bytes_ + header_max;
            ::archive_entry* entry = nullptr;
            const int result = ::archive_read_next_header(archive_.get(), &entry);
            header_end_max_ = ~std::uint64_t{0};
            if (result == ARCHIVE_EOF) {
                is_finished_ = true;
                if (ends_in_zeros_) return std::nullopt;
                return std::unexpected{too_early()};
            }
            if (is_failure(result)) return failed();
            has_member_ = true;
            if (::archive_entry_filetype(entry) == AE_IFDIR) continue;
            return member(entry);
        }
    }

    std::expected<std::size_t, TraceError> read(char* target, std::size_t size) {
        if (!has_member_ || is_finished_) return 0;
        while (block_.empty()) {
            const void* data = nullptr;
            std::size_t count = 0;
            ::la_int64_t offset = 0;
            const int result = ::archive_read_data_block(archive_.get(), &data, &count, &offset);
            if (is_failure(result)) return std::unexpected{failed().error()};
            const bool is_end = result == ARCHIVE_EOF;
            // What lies in a hole stands nowhere, and could be of any size.
            if ((is_end ? size_ : static_cast<std::uint64_t>(offset)) != position_)
                return std::unexpected{TraceError::of(TraceError::Kind::io,
                                                      "the member is a sparse file, with holes")};
            if (is_end) return 0;
            block_ = {static_cast<const char*>(data), count};
            position_ += count;
        }
        const std::size_t count = std::min(size, block_.size());
        std::memcpy(target, block_.data(), count);
        block_.remove_prefix(count);
        return count;
    }

private:
    static constexpr std::size_t buffer_size = 128 * tar_block;
    struct Free {
        void operator()(::archive* archive) const { ::archive_read_free(archive); }
    };

    /// Called by libarchive for more bytes. Blocks stay aligned: only the last one may be short.
    static ::la_ssize_t feed(::archive* archive, void* self, const void** data) {
        auto& impl = *static_cast<Impl*>(self);
        const std::ptrdiff_t count = impl.fill();
        if (count < 0) ::archive_set_error(archive, EIO, "no more bytes");
        *data = impl.buffer_.data();
        return count;
    }

    std::ptrdiff_t fill() {
        if (bytes_ > header_end_max_) {
            error_ = TraceError::of(TraceError::Kind::limit,
                                    "the headers of a member of the tar archive take more than " +
                                        std::to_string(header_max >> 20) + " MiB");
            return -1;
        }
        if (error_) return -1;
        std::size_t count = 0;
        while (count < buffer_.size()) {
            auto more = read_(buffer_.data() + count, buffer_.size() - count);
            if (!more) error_ = std::move(more.error());
            if (!more || *more == 0) break;
            count += *more;
        }
        if (count == 0) return error_ ? -1 : 0;
        bytes_ += count;
        const std::string_view all{buffer_.data(), count};
        ends_in_zeros_ =
            count % tar_block == 0 &&
            all.substr(count - tar_block).find_first_not_of('\0') == std::string_view::npos;
        return static_cast<std::ptrdiff_t>(count);
    }

    std::expected<std::optional<Member>, TraceError> member(::archive_entry* entry) {
        Member result;
        const char* name = ::archive_entry_pathname(entry);
        if (name == nullptr) name = ::archive_entry_pathname_utf8(entry);
        if (name != nullptr) result.name = unique(name);
        result.size =
            static_cast<std::uint64_t>(std::max<::la_int64_t>(::archive_entry_size(entry), 0));
        const auto type = ::archive_entry_filetype(entry);
        if (const char* same = ::archive_entry_hardlink(entry); same != nullptr) {
            // With bytes of its own, as pax allows, it is as good as what it is linked to.
            if (result.size == 0) result.kind = Member::Kind::hard_link;
            result.target = same;
        } else if (type == AE_IFLNK) {
            result.kind = Member::Kind::link;
            if (const char* target = ::archive_entry_symlink(entry)) result.target = target;
        } else if (type != AE_IFREG) {
            result.kind = Member::Kind::other;
        }
        block_ = {};
        size_ = result.size;
        position_ = 0;
        return result;
    }

    /// Names decide what is shown, written down and found again: none may hide another member.
    std::string unique(std::string name) {
        const std::hash<std::string> hash;
        std::uint64_t& times = times_[hash(name)];  // stays where it is while others are added
        if (++times == 1) return name;
        for (;; ++times) {
            std::string numbered = name + "#" + std::to_string(times);
            if (times_.try_emplace(hash(numbered), 1).second) return numbered;
        }
    }

    static TraceError too_early() {
        return TraceError::of(TraceError::Kind::truncated, "the tar archive ends too early");
    }

    std::unexpected<TraceError> failed() {
        is_finished_ = true;
        if (error_) return std::unexpected{*error_};
        const char* said = ::archive_error_string(archive_.get());
        const std::string_view why = said != nullptr ? said : "corrupt";
        if (why.starts_with("Truncated")) return std::unexpected{too_early()};
        return std::unexpected{TraceError::of(TraceError::Kind::io,
                                              "the tar archive is damaged: " + std::string{why})};
    }

    ReadBytes read_;
    std::vector<char> buffer_ = std::vector<char>(buffer_size);
    std::uint64_t bytes_ = 0;  ///< that libarchive was given
    std::uint64_t header_end_max_ = ~std::uint64_t{0};
    bool ends_in_zeros_ = false;       ///< what it was given so far
    std::optional<TraceError> error_;  ///< of `read_`
    std::unique_ptr<::archive, Free> archive_;
    std::unordered_map<std::size_t, std::uint64_t> times_;  ///< by hashes of the members' names
    std::string_view block_;      ///< of the member, and not handed out yet
    std::uint64_t size_ = 0;      ///< of the member
    std::uint64_t position_ = 0;  ///< in it, after the block
    bool is_open_ = false;
    bool has_member_ = false;
    bool is_finished_ = false;
};

Archive::Archive(ReadBytes read) : impl_{std::make_unique<Impl>(std::move(read))} {}
Archive::~Archive() = default;

std::expected<std::optional<Archive::Member>, TraceError> Archive::next() {
    return impl_->next();
}
std::expected<std::size_t, TraceError> Archive::read(char* target, std::size_t size) {
    return impl_->read(target, size);
}

}  // namespace evmmem::traces
