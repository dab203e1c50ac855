// SPDX-License-Identifier: MIT
// Text as gzip, zstd, xz and bzip2, in one piece or in several: what ByteSource undoes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace evmmem::test {

/// One gzip member.
std::string gzip(std::string_view text, int level = 6);
/// One zstd frame with a checksum.
std::string zstd(std::string_view text, int level = 3);
/// One xz stream with a CRC64; presets from 0 to 9.
std::string xz(std::string_view text, std::uint32_t preset = 1);
/// One bzip2 stream, in blocks of so many hundred thousand bytes.
std::string bzip2(std::string_view text, int block = 1);

enum class Packing : std::uint8_t { gzip, zstd, xz, bzip2 };
inline constexpr Packing packings[] = {Packing::gzip, Packing::zstd, Packing::xz, Packing::bzip2};

/// As messages name it.
const char* name(Packing packing);
std::string packed(std::string_view text, Packing packing);

/// A zstd frame that readers skip, `size` bytes of it.
std::string skippable_frame(std::size_t size);

}  // namespace evmmem::test
