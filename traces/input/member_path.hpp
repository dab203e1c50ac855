// SPDX-License-Identifier: MIT
// "ARCHIVE:MEMBER": a file in a tar archive, named as the reports name it.
#pragma once

#include <optional>
#include <string>

namespace evmmem::traces {

struct MemberPath {
    std::string archive;
    std::string member;
};

/// The two parts of a path that names no file itself, while what stands before one of its colons
/// does; nothing of any other.
std::optional<MemberPath> member_path(const std::string& path);

}  // namespace evmmem::traces
