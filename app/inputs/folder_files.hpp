// SPDX-License-Identifier: MIT
// The files of a folder and of the folders in it, sorted by the bytes of their names within each
// folder. Hidden folders and links to folders are not gone into, and are handed out as skipped.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "input.hpp"

namespace evmmem::app {

class FolderFiles {
public:
    explicit FolderFiles(const std::string& path);

    /// The next file; last of all the group's end, and then nothing.
    std::optional<Input> next();

private:
    enum class Type : char { file = 'f', folder = 'd', hidden = 'h', link = 'l', other = 'o' };

    /// The names of one folder, packed: a folder may hold millions.
    struct Level {
        std::string path;                    ///< with a slash at its end
        std::string names;                   ///< each a type and a name, ended by a zero
        std::vector<std::uint64_t> offsets;  ///< of the names, sorted
        std::size_t next = 0;
    };

    /// Reads a folder's names; false, with an error to hand out, where that fails.
    bool enter(const std::string& path);
    Input found(std::string path, Type type) const;

    std::shared_ptr<InputGroup> group_ = std::make_shared<InputGroup>();
    std::vector<Level> levels_;
    std::optional<Input> failed_;  ///< due next
    bool is_finished_ = false;
};

}  // namespace evmmem::app
