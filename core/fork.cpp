// SPDX-License-Identifier: MIT
#include "fork.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace evmmem {
namespace {

struct Synonym {
    std::string_view name;
    Fork fork;
};

// Letters and digits only, lower case: what normalised() leaves of a name.
constexpr Synonym synonyms[] = {
    {"eip150", Fork::tangerine_whistle},
    {"tangerine", Fork::tangerine_whistle},
    {"eip158", Fork::spurious_dragon},
    {"spurious", Fork::spurious_dragon},
    {"constantinoplefix", Fork::petersburg},
    {"muirglacier", Fork::istanbul},
    {"arrowglacier", Fork::london},
    {"grayglacier", Fork::london},
    {"merge", Fork::paris},
    {"dencun", Fork::cancun},
    {"pectra", Fork::prague},
    {"fusaka", Fork::osaka},
    {"glamsterdam", Fork::amsterdam},
};

std::string normalised(std::string_view text) {
    std::string result;
    for (const char c : text) {
        if (c >= 'A' && c <= 'Z')
            result += static_cast<char>(c - 'A' + 'a');
        else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            result += c;
        else if (c != '-' && c != '_' && c != ' ')
            return {};
    }
    return result;
}

}  // namespace

std::string_view name(Fork fork) {
    switch (fork) {
        case Fork::frontier: return "frontier";
        case Fork::homestead: return "homestead";
        case Fork::tangerine_whistle: return "tangerine_whistle";
        case Fork::spurious_dragon: return "spurious_dragon";
        case Fork::byzantium: return "byzantium";
        case Fork::constantinople: return "constantinople";
        case Fork::petersburg: return "petersburg";
        case Fork::istanbul: return "istanbul";
        case Fork::berlin: return "berlin";
        case Fork::london: return "london";
        case Fork::paris: return "paris";
        case Fork::shanghai: return "shanghai";
        case Fork::cancun: return "cancun";
        case Fork::prague: return "prague";
        case Fork::osaka: return "osaka";
        case Fork::amsterdam: return "amsterdam";
    }
    std::unreachable();
}

std::optional<Fork> fork_from_name(std::string_view text) {
    const std::string wanted = normalised(text);
    for (int i = 0; i < fork_count; ++i) {
        const auto fork = static_cast<Fork>(i);
        if (wanted == normalised(name(fork))) return fork;
    }
    const auto* found = std::ranges::find(synonyms, std::string_view{wanted}, &Synonym::name);
    if (found != std::end(synonyms)) return found->fork;
    return std::nullopt;
}

}  // namespace evmmem
