// SPDX-License-Identifier: MIT
// A copy of an input that can be read only once, kept in a temporary file that has no name and is
// gone with the process. Where it cannot be written, the input is read all the same, and
// error() says why it cannot be read again.
#pragma once

#include <span>
#include <string>

namespace evmmem::traces {

class Spool {
public:
    /// In TMPDIR, or /tmp. error() says whether it could be made.
    Spool();
    ~Spool();
    Spool(const Spool&) = delete;
    Spool& operator=(const Spool&) = delete;

    /// Appends. After a failure it does nothing.
    void write(std::span<const char> bytes);

    /// Why it does not hold everything; empty when it does.
    const std::string& error() const { return error_; }
    /// A path that opens it at its beginning, while it lives. Asserts that there is no error.
    std::string path() const;

private:
    void fail(const char* doing);

    int descriptor_ = -1;
    std::string error_;
};

/// Whether the file at `path` ("-" is standard input, "ARCHIVE:MEMBER" one in a tar archive) can be read from its beginning a second time.
bool can_be_read_twice(const std::string& path);

}  // namespace evmmem::traces
