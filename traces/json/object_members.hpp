// SPDX-License-Identifier: MIT
// The members of a JSON object as they stand in its text, for what is to be written beside them.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace evmmem::traces {

/// A member: views into the object's text.
struct ObjectMember {
    std::string_view key;         ///< without its quotes
    std::string_view value;       ///< JSON text
    const char* begin = nullptr;  ///< the key's opening quote

    /// What stands between key and value: a colon, and blanks.
    std::string_view colon() const {
        const char* const key_end = key.data() + key.size() + 1;
        return {key_end, static_cast<std::size_t>(value.data() - key_end)};
    }
    /// What stands between this one and the next: a comma, and blanks.
    std::string_view separator(const ObjectMember& next) const {
        return {value.data() + value.size(), next.begin};
    }
};

/// The members of an object that a reader has read, in their order. Keeps the capacity.
void find_members(std::string_view object, std::vector<ObjectMember>& members);

}  // namespace evmmem::traces
