// SPDX-License-Identifier: MIT
#include "shard.hpp"

#include <fmt/format.h>

#include <charconv>
#include <optional>

#include "app/text/escape.hpp"
#include "traces/hashes.hpp"

namespace evmmem::app {
namespace {

constexpr std::uint64_t shards_max = 65536;

std::optional<std::uint64_t> read_number(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

}  // namespace

bool Shard::holds(std::string_view name) const {
    const Bytes32 hash =
        traces::sha256({reinterpret_cast<const std::uint8_t*>(name.data()), name.size()});
    std::uint64_t begin = 0;
    for (std::size_t i = 0; i < sizeof begin; ++i)
        begin = begin << 8 | hash[i];
    return begin % of == number - 1;
}

std::string Shard::text() const {
    return fmt::format("{}/{}", number, of);
}

std::expected<Shard, std::string> read_shard(const std::string& text) {
    const auto slash = text.find('/');
    if (slash != std::string::npos) {
        const auto number = read_number(std::string_view{text}.substr(0, slash));
        const auto of = read_number(std::string_view{text}.substr(slash + 1));
        if (number && of && *number >= 1 && *number <= *of && *of <= shards_max)
            return Shard{*number, *of};
    }
    return std::unexpected{
        fmt::format("'{}' is no shard such as 1/4, from 1/N to N/N", escaped(text, 60))};
}

}  // namespace evmmem::app
