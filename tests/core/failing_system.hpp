// SPDX-License-Identifier: MIT
// A system whose calls can be made to fail, or to do what other settings of the system make of
// them. The linker leads the calls of core here (--wrap), and operator new too, so the tests that
// use this are a program of their own.
#pragma once

#include <cstdint>

namespace evmmem::tests {

/// Which of the caught calls fail, counted from when a fault was armed.
struct Fault {
    bool is_armed = false;
    bool is_lasting = false;   // not only that one, but all after it too
    bool spares_heap = false;  // only mappings fail
    std::uint64_t at = 0;
    std::uint64_t calls = 0;

    bool strikes(bool is_mapping = false) {
        if (!is_armed || (spares_heap && !is_mapping)) return false;
        const std::uint64_t call = calls++;
        return is_lasting ? call >= at : call == at;
    }
};

extern Fault fault;

/// Besides, and whether a fault is armed or not.
struct SystemSettings {
    /// Of a mapping, no more can be made usable than was at first: regions do not grow.
    bool regions_stay_small = false;
    /// realloc() always moves, and spoils what it has left.
    bool realloc_moves = false;
    /// Every mapping may have huge pages, as where transparent huge pages are set to `always`.
    bool has_huge_pages = false;
};

extern SystemSettings settings;

}  // namespace evmmem::tests
