// SPDX-License-Identifier: MIT
#include <unistd.h>

#include "app/host/json.hpp"
#include "app/host/palette.hpp"
#include "app/host/terminal.hpp"
#include "app/text/text_table.hpp"
#include "commands.hpp"
#include "traces/check.hpp"

namespace evmmem::app {

ExitCode run(const ChecksArguments& arguments, const GeneralOptions& general, Output& output) {
    if (arguments.format == ListFormat::json) {
        for (const auto& check : traces::checks()) {
            const nlohmann::ordered_json row = {
                {"check", check.name}, {"sentence", check.sentence}, {"source", check.source}};
            output.write(json_line(row));
        }
        return ExitCode::agrees;
    }

    const Palette palette{wants_color(general.color, STDOUT_FILENO)};
    TextTable table{{TextTable::Align::left, TextTable::Align::left}};
    for (const auto& check : traces::checks()) {
        table.add_row({std::string{check.name}, std::string{check.sentence}});
        table.add_row({"", std::string{check.source}});
    }
    bool is_source = false;
    for (const auto& line : table.lines(0, text_columns(STDOUT_FILENO))) {
        output.write((is_source ? palette.dim(line) : line) + "\n");
        is_source = !is_source;
    }
    return ExitCode::agrees;
}

}  // namespace evmmem::app
