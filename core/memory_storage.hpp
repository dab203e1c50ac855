// SPDX-License-Identifier: MIT
// How a memory can keep its bytes. Both ways behave alike; they differ in speed and in what they
// ask of the system.
#pragma once

namespace evmmem {

/// A way to keep a memory's bytes.
enum class Storage {
    /// A reserved range of addresses, pooled by thread: pointers are stable, growing is a change of
    /// size, far growth is zeroed block by block when it is reached. Falls back to `doubling` where
    /// it must.
    region,
    /// One buffer that realloc() doubles from 4 KiB, every new byte zeroed when the memory grows.
    doubling,
};

}  // namespace evmmem
