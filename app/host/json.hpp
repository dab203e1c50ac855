// SPDX-License-Identifier: MIT
// The JSON library, as app uses it, with what to do when one of its values is broken. It leaves a
// value half made when an allocation of its own fails, and finds out when it destroys it.
#pragma once

#include <string>

#include "last_words.hpp"

#define JSON_ASSERT(holds) ((holds) ? void() : ::evmmem::app::json_is_broken())
#include <nlohmann/json.hpp>

namespace evmmem::app {

/// The value in one line of ASCII; what of its strings is not UTF-8 becomes U+FFFD.
inline std::string json_text(const nlohmann::ordered_json& value) {
    return value.dump(-1, ' ', true, nlohmann::ordered_json::error_handler_t::replace);
}

/// The same with the end of the line.
inline std::string json_line(const nlohmann::ordered_json& value) {
    return json_text(value) + "\n";
}

/// The value over several lines, for a file that people look into, too; not in ASCII alone.
inline std::string json_document(const nlohmann::ordered_json& value) {
    return value.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace evmmem::app
