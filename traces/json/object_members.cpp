// SPDX-License-Identifier: MIT
#include "object_members.hpp"

#include <algorithm>
#include <cstddef>

namespace evmmem::traces {
namespace {

/// The end of a JSON value that begins at `at`.
const char* value_end(const char* at, const char* end) {
    std::size_t depth = 0;
    for (; at != end; ++at) {
        if (*at == '"') {
            for (++at; at != end && *at != '"'; ++at)
                if (*at == '\\' && at + 1 != end) ++at;
            if (at == end) return end;
            if (depth == 0) return at + 1;
        } else if (*at == '[' || *at == '{') {
            ++depth;
        } else if (*at == ']' || *at == '}') {
            if (depth == 0) return at;  // a number's, before the object's bracket
            if (--depth == 0) return at + 1;
        } else if (depth == 0 &&
                   (*at == ',' || *at == ' ' || *at == '\n' || *at == '\r' || *at == '\t')) {
            return at;
        }
    }
    return end;
}

}  // namespace

void find_members(std::string_view object, std::vector<ObjectMember>& members) {
    members.clear();
    const char* at = object.data() + 1;
    const char* const end = object.data() + object.size();
    for (;;) {
        at = std::find(at, end, '"');
        if (at == end) return;
        const char* const key_end = value_end(at, end);
        ObjectMember member{.key = {at + 1, key_end - 1}, .value = {}, .begin = at};
        at = std::find(key_end, end, ':');
        if (at == end) return;
        ++at;
        while (at != end && (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r'))
            ++at;
        const char* const after = value_end(at, end);
        member.value = {at, after};
        members.push_back(member);
        at = after;
    }
}

}  // namespace evmmem::traces
