// SPDX-License-Identifier: MIT
#include "replaced_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "system_failure.hpp"
#include "traces/input/member_path.hpp"

namespace evmmem::app {
namespace {

// Writes it all. Returns 0 or an errno.
int write_out(int descriptor, std::string_view text) {
    while (!text.empty()) {
        const ::ssize_t count = ::write(descriptor, text.data(), text.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return errno;
        text.remove_prefix(static_cast<std::size_t>(count));
    }
    return 0;
}

// A name beside `path` that is not in use.
std::string name_beside(const std::string& path) {
    static std::atomic<unsigned> count{0};
    return path + ".evmmem-" + std::to_string(::getpid()) + "-" + std::to_string(count++);
}

// What a link leads to, where it leads anywhere: the link stays, and its file is replaced.
std::string behind_links(const std::string& path) {
    std::error_code error;
    const auto target = std::filesystem::canonical(path, error);
    return error ? path : target.string();
}

}  // namespace

std::expected<ReplacedFile, std::string> ReplacedFile::create(const std::string& path) {
    struct ::stat status{};
    const bool is_there = ::stat(path.c_str(), &status) == 0;
    if (is_there && S_ISDIR(status.st_mode)) return std::unexpected{"it is a directory"};
    if (is_there && !S_ISREG(status.st_mode)) {
        const int descriptor = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
        if (descriptor < 0) return system_failure(errno);
        return ReplacedFile{descriptor, {}, {}};
    }
    const std::string target = is_there ? behind_links(path) : path;
    const std::string folder = std::filesystem::path{target}.parent_path().string();
    std::string aside;
    int descriptor =
        ::open(folder.empty() ? "." : folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
    if (descriptor < 0) {  // not every file system has files without a name
        aside = name_beside(target);
        descriptor = ::open(aside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    }
    if (descriptor < 0) return system_failure(errno);
    ReplacedFile file{descriptor, target, std::move(aside)};
    if (is_there && ::fchmod(descriptor, status.st_mode & 07777) != 0) return system_failure(errno);
    return file;
}

ReplacedFile::ReplacedFile(ReplacedFile&& other) noexcept
    : descriptor_{std::exchange(other.descriptor_, -1)},
      path_{std::move(other.path_)},
      aside_{std::exchange(other.aside_, {})} {}

ReplacedFile::~ReplacedFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
    if (!aside_.empty()) ::unlink(aside_.c_str());
}

// Gives the file without a name one beside its path. Returns 0 or an errno.
int ReplacedFile::give_name() {
    std::string name = name_beside(path_);
    const std::string self = "/proc/self/fd/" + std::to_string(descriptor_);
    if (::linkat(AT_FDCWD, self.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) != 0)
        return errno;
    aside_ = std::move(name);
    return 0;
}

std::expected<void, std::string> ReplacedFile::put_in_place() {
    int code = ::fsync(descriptor_) == 0 || errno == EINVAL || errno == EROFS ? 0 : errno;
    if (code == 0 && !path_.empty() && aside_.empty()) code = give_name();
    if (::close(std::exchange(descriptor_, -1)) != 0 && code == 0) code = errno;
    if (code == 0 && !path_.empty() && ::rename(aside_.c_str(), path_.c_str()) != 0) code = errno;
    if (code != 0) return system_failure(code);
    aside_.clear();
    return {};
}

std::expected<void, std::string> replace_file(const std::string& path, std::string_view text) {
    auto file = ReplacedFile::create(path);
    if (!file) return std::unexpected{std::move(file.error())};
    if (const int code = write_out(file->descriptor(), text); code != 0)
        return system_failure(code);
    return file->put_in_place();
}

bool is_same_file(const std::string& path, const std::string& input) {
    struct ::stat output_status{};
    struct ::stat input_status{};
    const int written =
        path == "-" ? ::fstat(STDOUT_FILENO, &output_status) : ::stat(path.c_str(), &output_status);
    if (written != 0 || !S_ISREG(output_status.st_mode)) return false;
    const auto member = traces::member_path(input);
    const std::string& file = member ? member->archive : input;
    const int found =
        file == "-" ? ::fstat(STDIN_FILENO, &input_status) : ::stat(file.c_str(), &input_status);
    return found == 0 && output_status.st_dev == input_status.st_dev &&
           output_status.st_ino == input_status.st_ino;
}

}  // namespace evmmem::app
