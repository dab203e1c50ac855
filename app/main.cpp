// SPDX-License-Identifier: MIT
// The whole program in order: what was asked for, do it, say how it went.
#include <unistd.h>

#include <csignal>
#include <exception>
#include <new>

#include "app/command_line/command_line.hpp"
#include "app/commands/commands.hpp"
#include "app/host/last_words.hpp"
#include "app/host/log.hpp"
#include "app/host/output.hpp"

int main(int argc, char** argv) {
    using namespace evmmem::app;
    std::set_terminate(end_at_once);
    occupy_standard_descriptors();
    static_cast<void>(
        std::signal(SIGPIPE, SIG_IGN));  // Output notices a closed pipe by itself, and quietly
    try {
        Output output{STDOUT_FILENO};
        const auto invocation = parse_command_line(argc, argv);
        if (!invocation) {
            if (!invocation.error().message.empty()) log_error("{}", invocation.error().message);
            output.write(invocation.error().text);
            return to_int(output.close(invocation.error().code));
        }
        set_up_log(invocation->general);
        const ExitCode code = run(*invocation, output);
        return to_int(output.close(code));
    } catch (const std::bad_alloc&) {
        return out_of_memory();
    } catch (const std::exception& error) {
        log_error("this is a bug in evmmem, please report it: {}", error.what());
        return to_int(ExitCode::bug);
    }
}
