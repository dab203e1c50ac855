// SPDX-License-Identifier: MIT
// The inputs of a replay in their order: what the user named, each folder's files in the order of their names, folders
// in it likewise, and the lines of a list. They are found while they are asked for, so that little of a large folder, and
// nothing of a long list, is in memory.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "folder_files.hpp"
#include "input.hpp"
#include "listed_files.hpp"

namespace evmmem::app {

class InputList {
public:
    /// `list` is a file of names, "-" is standard input; empty: there is none. Its files come last.
    InputList(const std::vector<std::string>& files, const std::string& list)
        : files_{files}, list_{list} {}

    /// The next input; nothing at the end. Waits where the list comes through a pipe.
    std::optional<Input> next();

    /// From here on folders are not looked into: what is left of one, and each that follows, is one
    /// input by its name. For naming what an interrupt left, however many files that is.
    void close_folders() { are_folders_closed_ = true; }

    /// How many inputs there can be; nothing where it takes a look to know.
    std::optional<std::size_t> count() const;

private:
    const std::vector<std::string>& files_;
    const std::string& list_;
    std::size_t next_file_ = 0;
    bool are_folders_closed_ = false;
    std::string folder_name_;            ///< of the one that is being gone through
    std::optional<FolderFiles> folder_;  ///< that is being gone through
    std::optional<ListedFiles> listed_;  ///< likewise
    bool is_list_done_ = false;
};

}  // namespace evmmem::app
