// SPDX-License-Identifier: MIT
#include "file_identity.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/hex.hpp"
#include "traces/hashes.hpp"

namespace evmmem::app {
namespace {

std::optional<std::string> sha256_of(int descriptor, std::size_t size) {
    if (size == 0) return encode_hex(traces::sha256({}));
    void* const bytes = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (bytes == MAP_FAILED) return std::nullopt;
    const auto hash = traces::sha256({static_cast<const std::uint8_t*>(bytes), size});
    ::munmap(bytes, size);
    return encode_hex(hash);
}

}  // namespace

std::optional<FileIdentity> identity_of(const std::string& path, bool by_content) {
    struct ::stat status{};
    if (path == "-" || ::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode))
        return std::nullopt;
    FileIdentity identity{
        .size = static_cast<std::uint64_t>(status.st_size),
        .time_ns = std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec,
        .sha256 = {}};
    if (!by_content) return identity;
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return std::nullopt;
    const auto hash = sha256_of(descriptor, identity.size);
    ::close(descriptor);
    if (!hash) return std::nullopt;
    identity.sha256 = *hash;
    return identity;
}

}  // namespace evmmem::app
