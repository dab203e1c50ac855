// SPDX-License-Identifier: MIT
#include "trace_output.hpp"

#include "app/host/interrupt.hpp"
#include "app/host/replaced_file.hpp"
#include "app/host/result_file.hpp"
#include "app/text/escape.hpp"
#include "traces/writing/compressor.hpp"

namespace evmmem::app {

ExitCode write_trace(const std::string& path, Output& standard,
                     const std::function<MadeTrace(const TraceSink&)>& make) {
    if (path == "-")
        return make([&](std::string_view text) {
                   standard.write(text);
                   return !standard.has_failed() && !is_interrupted();
               })
            .code;
    auto file = ReplacedFile::create(path);
    if (!file) return could_not_write(path, file.error());
    Output output{file->descriptor(), escaped(path)};
    const auto compressor = traces::compressor_for(path);
    const traces::TextPieces::Sink plain = [&](std::string_view text) {
        output.write(text);
        return true;
    };
    const MadeTrace made = make([&](std::string_view text) {
        if (compressor != nullptr)
            compressor->write(text, plain);
        else
            output.write(text);
        return !output.has_failed() && !is_interrupted();
    });
    if (compressor != nullptr && made.is_whole) compressor->finish(plain);
    const ExitCode code = output.close(made.code);
    if (!made.is_whole || output.has_failed()) return code;
    const auto placed = file->put_in_place();
    return placed ? code : worse(code, could_not_write(path, placed.error()));
}

}  // namespace evmmem::app
