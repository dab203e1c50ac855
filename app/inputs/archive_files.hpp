// SPDX-License-Identifier: MIT
// The members of a tar archive as inputs, in its order. Small ones are kept in memory, so that
// several can be replayed at a time; a large one is lent as a stream, and the next is waited for
// until it is given back.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "input.hpp"
#include "traces/input/archive.hpp"
#include "traces/input/byte_source.hpp"

namespace evmmem::app {

class ArchiveFiles {
public:
    /// A member of up to so many bytes is kept in memory.
    static constexpr std::uint64_t kept_max = std::uint64_t{1} << 20;

    /// `source` begins with a tar header, and was begun to be read.
    ArchiveFiles(std::string name, traces::ByteSource source);

    const std::string& name() const;
    /// The next member; last of all the group's end, and then nothing. An input that was handed out
    /// must be destroyed by another thread, or before this is called.
    std::optional<Input> next();

private:
    struct State;
    Input member(const traces::Archive::Member& member);
    Input found(Input::Kind kind, std::string name) const;

    std::shared_ptr<State> state_;
    std::shared_ptr<InputGroup> group_ = std::make_shared<InputGroup>();
    bool is_compressed_;
    bool is_finished_ = false;
};

}  // namespace evmmem::app
