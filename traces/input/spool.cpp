// SPDX-License-Identifier: MIT
#include "spool.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cassert>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "member_path.hpp"

namespace evmmem::traces {

Spool::Spool() {
    const char* folder = std::getenv("TMPDIR");
    std::string path = folder != nullptr && *folder != '\0' ? folder : "/tmp";
    path += "/evmmem-XXXXXX";
    descriptor_ = ::mkostemp(path.data(), O_CLOEXEC);
    if (descriptor_ < 0)
        fail("make a temporary file");
    else
        ::unlink(path.c_str());
}

Spool::~Spool() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

void Spool::write(std::span<const char> bytes) {
    while (!bytes.empty() && descriptor_ >= 0) {
        const ::ssize_t count = ::write(descriptor_, bytes.data(), bytes.size());
        if (count >= 0)
            bytes = bytes.subspan(static_cast<std::size_t>(count));
        else if (errno != EINTR)
            fail("write a temporary file");
    }
}

void Spool::fail(const char* doing) {
    error_ = std::string{"cannot "} + doing + ": " + std::strerror(errno);
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
}

std::string Spool::path() const {
    assert(error_.empty());
    // Where opening this path gives the same open file instead of a new one, it begins at its
    // start.
    ::lseek(descriptor_, 0, SEEK_SET);
    return "/dev/fd/" + std::to_string(descriptor_);
}

bool can_be_read_twice(const std::string& path) {
    if (member_path(path)) return true;
    struct ::stat status{};
    return path != "-" && ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

}  // namespace evmmem::traces
