// SPDX-License-Identifier: MIT
// What an input is that is no trace, by its first bytes: an archive, a picture, text in another
// encoding. Asked only of an input in which there was no step, to say what to do with it.
#pragma once

#include <string_view>

namespace evmmem::traces {

/// The same of what begins as no text does, and is no trace whatever there is in it: a zip archive holds text as it
/// was, with its own bytes between.
std::string_view binary_kind(std::string_view begin);

/// "it is a zip archive; ...", a message without a full stop; empty where nothing is known.
std::string_view file_kind(std::string_view begin);

}  // namespace evmmem::traces
