// SPDX-License-Identifier: MIT
#include "bench_list.hpp"

#include <fmt/format.h>

#include "app/backends/backend.hpp"
#include "app/host/json.hpp"
#include "app/text/text_table.hpp"
#include "traces/generate/pattern.hpp"

namespace evmmem::app {
namespace {

struct Section {
    const char* heading;
    const char* key;
    std::vector<std::pair<std::string, std::string>> rows;  // name, sentence
};

std::vector<Section> sections() {
    Section patterns{"Patterns (--pattern)", "patterns", {}};
    for (const traces::Pattern& pattern : traces::patterns())
        patterns.rows.emplace_back(pattern.name, pattern.description);
    Section presets{"Presets (--preset)", "presets", {}};
    presets.rows.emplace_back(
        "spec", "The targets of the memory's specification; exit code 1 when one is missed.");
    Section backends{"Backends (--backend)", "backends", {}};
    for (const Backend& backend : builtin_backends())
        backends.rows.emplace_back(backend.name, backend.description);
    backends.rows.emplace_back(
        "./FILE.so", "A plug-in: any memory with the interface of core/evmmem_backend.h.");
    backends.rows.emplace_back("revm, geth", "The real ones, once scripts/peers has built them.");
    return {patterns, presets, backends};
}

}  // namespace

std::string bench_list(ListFormat format, const Palette& palette, std::size_t columns_max) {
    if (format == ListFormat::json) {
        nlohmann::ordered_json document;
        for (const Section& section : sections())
            for (const auto& [name, sentence] : section.rows)
                document[section.key].push_back({{"name", name}, {"sentence", sentence}});
        return document.dump(2) + "\n";
    }
    std::string text;
    for (const Section& section : sections()) {
        text += (text.empty() ? "" : "\n") + palette.strong(section.heading) + "\n";
        TextTable table{{TextTable::Align::left, TextTable::Align::left}};
        for (const auto& [name, sentence] : section.rows)
            table.add_row({name, sentence});
        for (const std::string& line : table.lines(2, columns_max))
            text += line + "\n";
    }
    return text;
}

}  // namespace evmmem::app
