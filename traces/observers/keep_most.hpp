// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

namespace evmmem::traces {

/// Adds the row, where it belongs to the `most` of the greatest measure; these are kept, the greatest first. Of equals
/// the first is kept, so that the result does not depend on how many there are.
template <typename Row, typename NewRow, typename Measure>
void keep_most(std::vector<Row>& rows, NewRow&& row, Measure measure, std::size_t most) {
    const auto size = std::invoke(measure, row);
    if (rows.size() == most && (most == 0 || std::invoke(measure, rows.back()) >= size)) return;
    const auto at = std::ranges::upper_bound(rows, size, std::greater{}, measure);
    rows.insert(at, std::forward<NewRow>(row));
    if (rows.size() > most) rows.pop_back();
}

}  // namespace evmmem::traces
