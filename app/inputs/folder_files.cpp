// SPDX-License-Identifier: MIT
#include "folder_files.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

namespace evmmem::app {

FolderFiles::FolderFiles(const std::string& path) {
    group_->name = path;
    enter(path);
}

bool FolderFiles::enter(const std::string& path) {
    namespace fs = std::filesystem;
    Level level;
    level.path = path.ends_with('/') ? path : path + "/";
    std::error_code error;
    fs::directory_iterator entries{path, error};
    for (; !error && entries != fs::directory_iterator{}; entries.increment(error)) {
        const std::string name = entries->path().filename().string();
        std::error_code gone;  // between the reading of its name and this look
        Type type = Type::other;
        const bool is_link = entries->is_symlink(gone);
        if (entries->is_directory(gone))
            type = is_link ? Type::link : name.starts_with('.') ? Type::hidden : Type::folder;
        else if (entries->is_regular_file(gone) || gone)
            type = Type::file;
        level.offsets.push_back(level.names.size());
        level.names += static_cast<char>(type);
        level.names += name;
        level.names += '\0';
    }
    if (error) {
        failed_ = found(path, Type::file);
        failed_->kind = Input::Kind::failed;
        failed_->error = traces::TraceError::of(traces::TraceError::Kind::io,
                                                "the folder cannot be read: " + error.message());
        return false;
    }
    std::ranges::sort(level.offsets, {}, [&](std::uint64_t offset) {
        return std::string_view{level.names.c_str() + offset + 1};
    });
    levels_.push_back(std::move(level));
    return true;
}

Input FolderFiles::found(std::string path, Type type) const {
    Input input;
    input.name = std::move(path);
    input.group = group_;
    if (type == Type::file) return input;
    input.kind = Input::Kind::skipped;
    switch (type) {
        case Type::hidden: input.skipped_because = "it is a hidden folder"; break;
        case Type::link: input.skipped_because = "it is a link to a folder"; break;
        default: input.skipped_because = "it is neither a file nor a folder"; break;
    }
    return input;
}

std::optional<Input> FolderFiles::next() {
    while (!is_finished_) {
        if (failed_) return std::exchange(failed_, std::nullopt);
        if (levels_.empty()) {
            is_finished_ = true;
            Input end = found(group_->name, Type::file);
            end.kind = Input::Kind::group_end;
            return end;
        }
        Level& level = levels_.back();
        if (level.next == level.offsets.size()) {
            levels_.pop_back();
            continue;
        }
        const char* entry = level.names.c_str() + level.offsets[level.next++];
        const Type type{entry[0]};
        std::string path = level.path + (entry + 1);
        if (type == Type::folder)
            enter(path);
        else
            return found(std::move(path), type);
    }
    return std::nullopt;
}

}  // namespace evmmem::app
