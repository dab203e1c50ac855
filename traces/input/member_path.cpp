// SPDX-License-Identifier: MIT
#include "member_path.hpp"

#include <sys/stat.h>

namespace evmmem::traces {

std::optional<MemberPath> member_path(const std::string& path) {
    struct ::stat status{};
    if (path.find(':') == std::string::npos || ::stat(path.c_str(), &status) == 0)
        return std::nullopt;
    for (std::size_t at = path.find(':'); at != std::string::npos; at = path.find(':', at + 1)) {
        const std::string archive = path.substr(0, at);
        if (::stat(archive.c_str(), &status) == 0 && S_ISREG(status.st_mode))
            return MemberPath{archive, path.substr(at + 1)};
    }
    return std::nullopt;
}

}  // namespace evmmem::traces
