// SPDX-License-Identifier: MIT
// What tells whether a file is the one that was replayed before.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace evmmem::app {

struct FileIdentity {
    std::uint64_t size = 0;    ///< in bytes, as it lies there
    std::int64_t time_ns = 0;  ///< of its last change, since 1970
    std::string sha256;        ///< of its bytes, in hex; empty where that is not looked at

    /// By content where both have one: then it does not matter when it was written.
    bool is_same(const FileIdentity& other) const {
        if (sha256.empty() != other.sha256.empty() || size != other.size) return false;
        return sha256.empty() ? time_ns == other.time_ns : sha256 == other.sha256;
    }
};

/// Nothing of what is no regular file, or cannot be read.
std::optional<FileIdentity> identity_of(const std::string& path, bool by_content);

}  // namespace evmmem::app
