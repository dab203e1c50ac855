// SPDX-License-Identifier: MIT
#include "result_file.hpp"

#include "app/text/escape.hpp"
#include "log.hpp"
#include "replaced_file.hpp"

namespace evmmem::app {

bool may_write(std::string_view option, const std::string& path,
               std::span<const std::string> inputs) {
    if (path.empty()) return true;
    for (const std::string& input : inputs) {
        if (!is_same_file(path, input)) continue;
        log_error("{} {}: it would replace {}, which is read", option, escaped(path),
                  input == "-" ? "standard input" : escaped(input));
        return false;
    }
    return true;
}

ExitCode could_not_write(const std::string& path, std::string_view reason) {
    log_error("cannot write {}: {}", escaped(path), escaped(reason));
    return ExitCode::io;
}

ExitCode write_result(const std::string& path, std::string_view text) {
    const auto written = replace_file(path, text);
    return written ? ExitCode::agrees : could_not_write(path, written.error());
}

}  // namespace evmmem::app
