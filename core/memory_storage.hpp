// SPDX-License-Identifier: MIT
// How a memory can keep its bytes, and the names of the ways. Both behave alike; they differ in
// speed and in what they ask of the system.
#pragma once

#include <optional>
#include <string_view>

namespace evmmem {

enum class Storage {
    /// A reserved range of addresses, pooled by thread: pointers are stable, growing is a change of
    /// size, far
    /// growth is zeroed block by block when it is reached. Falls back to `doubling` where it must.
    region,
    /// One buffer that realloc() doubles from 4 KiB, every new byte zeroed when the memory grows.
    doubling,
};

/// "region", "doubling".
std::string_view name(Storage storage);
/// The storage of that name, exactly; nothing when there is none.
std::optional<Storage> storage_from_name(std::string_view name);

}  // namespace evmmem
