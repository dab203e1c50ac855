// SPDX-License-Identifier: MIT
#include "transaction_pairs.hpp"

#include <algorithm>

namespace evmmem::traces {

std::vector<std::string> hashes_of(const Transactions& transactions) {
    std::vector<std::string> hashes;
    if (transactions.count() > transactions.kept().size()) return hashes;
    for (const TransactionResult& result : transactions.kept())
        hashes.push_back(with_small_letters(result.name.hash));
    return hashes;
}

std::string with_small_letters(std::string hash) {
    std::ranges::transform(hash, hash.begin(), [](char letter) {
        return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter | 0x20) : letter;
    });
    return hash;
}

std::vector<TransactionPair> pairs_by_hash(const std::vector<std::string>& of_a,
                                           const std::vector<std::string>& of_b) {
    const auto has_all = [](const std::vector<std::string>& hashes) {
        return !hashes.empty() &&
               std::ranges::none_of(hashes, [](const std::string& hash) { return hash.empty(); });
    };
    const std::size_t common = std::min(of_a.size(), of_b.size());
    const bool lie_alike =
        std::equal(of_a.begin(), of_a.begin() + static_cast<std::ptrdiff_t>(common), of_b.begin());
    if (!has_all(of_a) || !has_all(of_b) || lie_alike) return {};
    // The longest common subsequence: how long it is from each place on.
    const std::size_t columns = of_b.size() + 1;
    std::vector<std::uint16_t> lengths((of_a.size() + 1) * columns, 0);
    for (std::size_t i = of_a.size(); i-- > 0;)
        for (std::size_t j = of_b.size(); j-- > 0;)
            lengths[i * columns + j] =
                of_a[i] == of_b[j]
                    ? static_cast<std::uint16_t>(lengths[(i + 1) * columns + j + 1] + 1)
                    : std::max(lengths[(i + 1) * columns + j], lengths[i * columns + j + 1]);
    std::vector<TransactionPair> pairs;
    std::size_t i = 0;
    std::size_t j = 0;
    while (i < of_a.size() || j < of_b.size()) {
        const bool has_both = i < of_a.size() && j < of_b.size();
        if (has_both && of_a[i] == of_b[j])
            pairs.push_back({i++, j++});
        else if (j == of_b.size() ||
                 (has_both && lengths[(i + 1) * columns + j] >= lengths[i * columns + j + 1]))
            pairs.push_back({i++, std::nullopt});
        else
            pairs.push_back({std::nullopt, j++});
    }
    return pairs;
}

}  // namespace evmmem::traces
