// SPDX-License-Identifier: MIT
#include "replaced_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>

namespace evmmem::app {
namespace {

// Writes it all, and to the disk. Returns 0 or an errno.
int write_out(int descriptor, std::string_view text) {
    while (!text.empty()) {
        const ::ssize_t count = ::write(descriptor, text.data(), text.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return errno;
        text.remove_prefix(static_cast<std::size_t>(count));
    }
    return ::fsync(descriptor) == 0 || errno == EINVAL ? 0 : errno;
}

}  // namespace

std::expected<void, std::string> replace_file(const std::string& path, std::string_view text) {
    struct ::stat status {};
    // What is no regular file, /dev/stdout for one, is not replaced but written.
    const bool is_special = ::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode);
    if (is_special && S_ISDIR(status.st_mode))
        return std::unexpected{std::string{"it is a directory"}};
    char resolved[PATH_MAX];
    const std::string target = ::realpath(path.c_str(), resolved) != nullptr ? resolved : path;
    std::string aside = target + ".XXXXXX";
    const int descriptor =
        is_special ? ::open(path.c_str(), O_WRONLY | O_CLOEXEC) : ::mkstemp(aside.data());
    if (descriptor < 0) return std::unexpected{std::string{std::strerror(errno)}};
    int code = write_out(descriptor, text);
    if (!is_special && code == 0) {
        const ::mode_t mask = ::umask(0);  // asked for the only way there is
        ::umask(mask);
        if (::fchmod(descriptor, 0666 & ~mask) != 0) code = errno;
    }
    if (::close(descriptor) != 0 && code == 0) code = errno;
    if (is_special && code == 0) return {};
    if (!is_special && code == 0 && ::rename(aside.c_str(), target.c_str()) != 0) code = errno;
    if (code == 0) return {};
    if (!is_special) ::unlink(aside.c_str());
    return std::unexpected{std::string{std::strerror(code)}};
}

bool is_same_file(const std::string& path, const std::string& input) {
    struct ::stat output_status {};
    struct ::stat input_status {};
    if (::stat(path.c_str(), &output_status) != 0 || !S_ISREG(output_status.st_mode)) return false;
    const int found =
        input == "-" ? ::fstat(STDIN_FILENO, &input_status) : ::stat(input.c_str(), &input_status);
    return found == 0 && output_status.st_dev == input_status.st_dev &&
           output_status.st_ino == input_status.st_ino;
}

}  // namespace evmmem::app
