// SPDX-License-Identifier: MIT
#include <unistd.h>

#include "app/host/json.hpp"
#include "app/host/palette.hpp"
#include "app/host/terminal.hpp"
#include "app/text/text_table.hpp"
#include "commands.hpp"
#include "traces/dialects/dialect.hpp"

namespace evmmem::app {

ExitCode run(const DialectsArguments& arguments, const GeneralOptions& general, Output& output) {
    if (arguments.format == ListFormat::json) {
        for (const auto& dialect : traces::dialects()) {
            const nlohmann::ordered_json row = {{"dialect", dialect.name},
                                                {"client", dialect.client},
                                                {"marks", dialect.marks},
                                                {"is_document", dialect.is_document},
                                                {"has_memory_size", dialect.has_memory_size}};
            output.write(json_line(row));
        }
        return ExitCode::agrees;
    }

    const Palette palette{wants_color(general.color, STDOUT_FILENO)};
    TextTable table{{TextTable::Align::left, TextTable::Align::left}};
    for (const auto& dialect : traces::dialects()) {
        table.add_row({std::string{dialect.name}, std::string{dialect.client}});
        table.add_row({"", std::string{dialect.marks}});
    }
    bool is_marks = false;
    for (const auto& line : table.lines(0, text_columns(STDOUT_FILENO))) {
        output.write((is_marks ? palette.dim(line) : line) + "\n");
        is_marks = !is_marks;
    }
    return ExitCode::agrees;
}

}  // namespace evmmem::app
