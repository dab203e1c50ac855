// SPDX-License-Identifier: MIT
// Text as gzip and zstd, in one piece or in several: what ByteSource undoes.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace evmmem::test {

/// One gzip member.
std::string gzip(std::string_view text, int level = 6);
/// One zstd frame with a checksum.
std::string zstd(std::string_view text, int level = 3);
/// A zstd frame that readers skip, `size` bytes of it.
std::string skippable_frame(std::size_t size);

}  // namespace evmmem::test
