// SPDX-License-Identifier: MIT
#include "results_header.hpp"

#include <fmt/format.h>

#include "app/text/escape.hpp"

namespace evmmem::app {
namespace {

constexpr std::string_view first_words = R"({"kind":"results",)";
constexpr int format_number = 1;  // of the lines after the header

// "with --fork cancun", "without --calldata": as one would give it.
std::string given(const nlohmann::ordered_json& options, const std::string& key) {
    constexpr std::size_t columns_max = 80;
    const nlohmann::ordered_json value = options.value(key, nlohmann::ordered_json{});
    if (value.is_null() || value == false) return "without " + escaped(key);
    if (value == true) return "with " + escaped(key);
    const std::string text =
        value.is_string() ? value.get<std::string>() : value.dump(-1, ' ', true);
    return fmt::format("with {} {}", escaped(key), escaped(text, columns_max));
}

}  // namespace

bool looks_like_results(std::string_view begin) {
    return begin.starts_with(first_words);
}

bool may_become_results(std::string_view begin) {
    return looks_like_results(begin) || first_words.starts_with(begin);
}

nlohmann::ordered_json header_json(const ResultsHeader& header) {
    return {{"kind", "results"},
            {"format", format_number},
            {"evmmem", header.version},
            {"options", header.options},
            {"unchanged_by", header.by_content ? "content" : "time"},
            {"shard", header.shard ? nlohmann::ordered_json(header.shard->text())
                                   : nlohmann::ordered_json{}}};
}

std::expected<ResultsHeader, std::string> header_from_json(const nlohmann::ordered_json& object) {
    try {
        if (object.at("kind") != "results")
            return std::unexpected{std::string{"it is no results file of evmmem"}};
        if (object.at("format") != format_number)
            return std::unexpected{std::string{"another evmmem has written it, in another format"}};
        ResultsHeader header;
        header.version = object.at("evmmem").get<std::string>();
        header.options = object.at("options");
        header.by_content = object.at("unchanged_by") == "content";
        if (const auto& text = object.at("shard"); !text.is_null()) {
            auto shard = read_shard(text.get<std::string>());
            if (!shard) return std::unexpected{std::move(shard.error())};
            header.shard = *shard;
        }
        return header;
    } catch (const nlohmann::json::exception&) {
        return std::unexpected{std::string{"it is no results file of evmmem"}};
    }
}

std::string difference(const ResultsHeader& there, const ResultsHeader& here) {
    if (there.version != here.version)
        return fmt::format("it is of evmmem {}, not of {}", escaped(there.version),
                           escaped(here.version));
    for (const auto* options : {&here.options, &there.options})
        for (const auto& [key, value] : options->items())
            if (!there.options.contains(key) || !here.options.contains(key) ||
                there.options.at(key) != here.options.at(key))
                return fmt::format("it was made {}, not {}", given(there.options, key),
                                   given(here.options, key));
    if (there.by_content != here.by_content)
        return fmt::format("it was made with --unchanged-by {}",
                           there.by_content ? "content" : "time");
    return {};
}

}  // namespace evmmem::app
