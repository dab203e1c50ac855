// SPDX-License-Identifier: MIT
#include "output.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "log.hpp"

namespace evmmem::app {

void occupy_standard_descriptors() {
    for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(descriptor, F_GETFD) >= 0) continue;
        // The other way round: a use of it is an error. The lowest one that is free is taken.
        ::open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY);
    }
}

void Output::write(std::string_view text) {
    constexpr std::size_t buffer_bytes_max = 1 << 16;
    buffer_ += text;
    if (buffer_.size() >= buffer_bytes_max) flush();
}

void Output::flush() {
    std::string_view rest = buffer_;
    while (!rest.empty() && error_ == 0) {
        const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
        if (written >= 0)
            rest.remove_prefix(static_cast<std::size_t>(written));
        else if (errno != EINTR)
            error_ = errno;
    }
    closed_ = error_ == EPIPE;
    buffer_.clear();
}

ExitCode Output::close(ExitCode code) {
    flush();
    if (error_ == 0 || closed_) return code;
    log_error("cannot write to {}: {}", name_, std::strerror(error_));
    // Findings that nobody can read are lost, and that is what is to be said.
    return code == ExitCode::findings ? ExitCode::io : worse(code, ExitCode::io);
}

}  // namespace evmmem::app
