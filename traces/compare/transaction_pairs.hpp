// SPDX-License-Identifier: MIT
// Which transactions of two traces are the same ones, where both name theirs by hash.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "trace_difference.hpp"
#include "traces/transactions.hpp"

namespace evmmem::traces {

/// The transactions, counted from 0, that are to be compared with each other; one that a side has alone has nothing beside it.
using TransactionPair = Both<std::optional<std::uint64_t>>;

/// By transaction, in small letters; an empty text where one has none, and none at all where there are more transactions
/// than are kept.
std::vector<std::string> hashes_of(const Transactions& transactions);
std::string with_small_letters(std::string hash);

/// As many pairs of one hash as there can be in the order of both, and between them those that a side has alone.
/// Nothing where that is how they lie by position, or where one has no hash.
std::vector<TransactionPair> pairs_by_hash(const std::vector<std::string>& of_a,
                                           const std::vector<std::string>& of_b);

}  // namespace evmmem::traces
