// SPDX-License-Identifier: MIT
// A trace's steps as the document that geth's debug_traceTransaction answers with.
#pragma once

#include <string>
#include <string_view>

namespace evmmem::test {

/// The steps of `lines`, EIP-3155 lines without an error in them, as structLogs: instructions by
/// name, numbers in decimal, memory, where the lines have any, as an array of words. Ends the
/// program where a line cannot be read.
std::string as_document(std::string_view lines);

}  // namespace evmmem::test
