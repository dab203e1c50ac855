// SPDX-License-Identifier: MIT
// The JSON library, as app uses it, with what to do when one of its values is broken. It leaves a
// value half made when an allocation of its own fails, and finds out when it destroys it.
#pragma once

#include "last_words.hpp"

#define JSON_ASSERT(holds) ((holds) ? void() : ::evmmem::app::json_is_broken())
#include <nlohmann/json.hpp>
