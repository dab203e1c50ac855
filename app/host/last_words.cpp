// SPDX-License-Identifier: MIT
#include "last_words.hpp"

#include <unistd.h>

#include <exception>
#include <new>
#include <string_view>

#include "exit_code.hpp"

namespace evmmem::app {
namespace {

int say(std::string_view message, ExitCode code) {
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, message.data(), message.size());
    return to_int(code);
}

int bug() {
    return say("evmmem: error: this is a bug in evmmem, please report it: it cannot go on\n",
               ExitCode::bug);
}

}  // namespace

int out_of_memory() {
    return say("evmmem: error: out of memory\n", ExitCode::limit);
}

void end_at_once() {
    int code = 0;
    try {
        if (std::current_exception()) throw;
        code = bug();
    } catch (const std::bad_alloc&) {
        code = out_of_memory();
    } catch (...) {
        code = bug();
    }
    ::_exit(code);
}

void json_is_broken() {
    // An exception is under way, and the library throws none of its own where we use it.
    ::_exit(std::uncaught_exceptions() > 0 ? out_of_memory() : bug());
}

}  // namespace evmmem::app
