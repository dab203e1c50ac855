// SPDX-License-Identifier: MIT
// Standard output, where results go: buffered, and every write is checked. A full disk is an error;
// a reader that has gone away (`evmmem ... | head`) is not, there is just no reader left.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "exit_code.hpp"

namespace evmmem::app {

/// Takes the descriptors 0 to 2 where the parent process closed them: no file that is
/// opened later shall be read as standard input, or have results or messages written into it.
void occupy_standard_descriptors();

class Output {
public:
    /// Writes to the file descriptor, which stays the caller's. `name` stands in messages.
    explicit Output(int descriptor, std::string name = "standard output")
        : descriptor_{descriptor}, name_{std::move(name)} {}
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;

    void write(std::string_view text);
    void flush();

    /// What was to be written could not be made: an errno, as if a write had failed with it.
    void fail(int error) { error_ = error_ != 0 ? error_ : error; }

    /// The reader is gone: work for the sake of output can stop.
    bool is_closed() const { return closed_; }
    /// Something that was written is lost, whether or not a reader was there.
    bool has_failed() const { return error_ != 0; }

    /// Flushes, and says on standard error what went wrong. Returns `code`, or io when output was
    /// lost.
    ExitCode close(ExitCode code);

private:
    int descriptor_;
    std::string name_;
    int error_ = 0;  ///< errno of the first write that failed; 0 is none
    bool closed_ = false;
    std::string buffer_;
};

}  // namespace evmmem::app
