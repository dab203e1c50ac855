// SPDX-License-Identifier: MIT
#include "input_list.hpp"

#include <filesystem>
#include <system_error>

namespace evmmem::app {
namespace {

bool is_folder(const std::string& path) {
    std::error_code error;
    return path != "-" && std::filesystem::is_directory(path, error);
}

/// Whether a carriage return at its end is why there is no file of that name.
bool has_windows_end(const std::string& name) {
    std::error_code error;
    return name.ends_with('\r') && !std::filesystem::exists(name, error);
}

Input named(std::string name) {
    Input input;
    input.name = std::move(name);
    return input;
}

}  // namespace

std::optional<Input> InputList::next() {
    for (;;) {
        if (folder_) {
            if (are_folders_closed_) {
                folder_.reset();
                return named(std::move(folder_name_));
            }
            if (auto input = folder_->next()) return input;
            folder_.reset();
        }
        std::string name;
        if (next_file_ < files_.size()) {
            name = files_[next_file_++];
        } else {
            if (list_.empty() || is_list_done_) return std::nullopt;
            if (!listed_) listed_.emplace(list_);
            auto listed = listed_->next();
            is_list_done_ = !listed || !*listed;
            if (!listed) {
                Input input = named(list_);
                input.kind = Input::Kind::failed;
                input.error = std::move(listed.error());
                return input;
            }
            if (!*listed) return std::nullopt;
            // Standard input is the list's, or is named as an argument.
            name = **listed == "-" ? "./-" : std::move(**listed);
            if (has_windows_end(name)) {
                Input input = named(std::move(name));
                input.kind = Input::Kind::failed;
                input.error = traces::TraceError::of(
                    traces::TraceError::Kind::io,
                    "there is no such file: the list's lines end as on Windows; tr -d '\\r' <LIST "
                    "mends it");
                return input;
            }
        }
        if (are_folders_closed_ || !is_folder(name)) return named(std::move(name));
        folder_.emplace(name);
        folder_name_ = std::move(name);
    }
}

std::optional<std::size_t> InputList::count() const {
    if (!list_.empty()) return std::nullopt;
    for (const std::string& file : files_)
        if (is_folder(file)) return std::nullopt;
    return files_.size();
}

}  // namespace evmmem::app
