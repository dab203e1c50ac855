// SPDX-License-Identifier: MIT
// Writes a file so that half of it is never seen under its name: aside first, without a name
// where the system can do that, then put in its place at once. A process that is killed meanwhile
// leaves the old file as it was, and mostly nothing else.
#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace evmmem::app {

/// A file that is being written, and in the end takes the place of the one at its path. What is no
/// regular file, /dev/stdout for one, is written as it is.
class ReplacedFile {
public:
    /// Errors: what could not be done, as a sentence.
    static std::expected<ReplacedFile, std::string> create(const std::string& path);

    ReplacedFile(ReplacedFile&& other) noexcept;
    ReplacedFile& operator=(ReplacedFile&&) = delete;
    /// What was not put in its place is gone.
    ~ReplacedFile();

    /// To write to; the object's own.
    int descriptor() const { return descriptor_; }

    /// All is written: from now on it is what is found at the path, on the disk, too. After an
    /// error the path is as it was.
    std::expected<void, std::string> put_in_place();

private:
    ReplacedFile(int descriptor, std::string path, std::string aside)
        : descriptor_{descriptor}, path_{std::move(path)}, aside_{std::move(aside)} {}
    int give_name();

    int descriptor_;
    std::string path_;   ///< to be replaced; empty where there is nothing to replace
    std::string aside_;  ///< its name until then; empty while it has none
};

/// The whole of it at once. A symbolic link stays one: the file that it leads to is replaced.
/// Errors: what could not be done, as a sentence; the file is then as it was.
std::expected<void, std::string> replace_file(const std::string& path, std::string_view text);

/// Whether writing to `path` would change what is read from `input`, a file or "ARCHIVE:MEMBER"; "-" is standard output, and
/// standard input.
bool is_same_file(const std::string& path, const std::string& input);

}  // namespace evmmem::app
