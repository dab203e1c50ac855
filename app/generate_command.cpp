// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "commands.hpp"
#include "escape.hpp"
#include "interrupt.hpp"
#include "log.hpp"
#include "traces/trace_generator.hpp"

namespace evmmem::app {
namespace {

ExitCode generate(const traces::TraceOptions& options, Output& output) {
    notice_interrupts();
    traces::generate_trace(options, [&output](std::string_view lines) {
        output.write(lines);
        return !output.has_failed() && !is_interrupted();
    });
    return is_interrupted() ? ExitCode::interrupted : ExitCode::agrees;
}

}  // namespace

ExitCode run(const GenerateArguments& arguments, const GeneralOptions&, Output& output) {
    if (arguments.file == "-") return generate(arguments.trace, output);
    const int descriptor =
        ::open(arguments.file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (descriptor < 0) {
        log_error("cannot write {}: {}", escaped(arguments.file), std::strerror(errno));
        return ExitCode::io;
    }
    Output file{descriptor, escaped(arguments.file)};
    const ExitCode code = file.close(generate(arguments.trace, file));
    if (::close(descriptor) == 0) return code;
    log_error("cannot write {}: {}", escaped(arguments.file), std::strerror(errno));
    return worse(code, ExitCode::io);
}

}  // namespace evmmem::app
