// SPDX-License-Identifier: MIT
#include "process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <thread>

extern char** environ;

namespace evmmem::app {
namespace {

constexpr std::size_t output_max = std::size_t{16} << 20;
constexpr std::size_t errors_max = 4096;
constexpr std::size_t line_max = std::size_t{1} << 20;

class Pipe {
public:
    Pipe() { is_open_ = pipe2(ends_.data(), O_CLOEXEC) == 0; }
    ~Pipe() {
        close_end(0);
        close_end(1);
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;

    bool is_open() const { return is_open_; }
    int reading() const { return ends_[0]; }
    int writing() const { return ends_[1]; }
    void close_end(std::size_t end) {
        if (ends_[end] >= 0) close(ends_[end]);
        ends_[end] = -1;
    }

private:
    std::array<int, 2> ends_{-1, -1};
    bool is_open_ = false;
};

std::vector<std::string> environment_of(const ProcessRequest& request) {
    std::vector<std::string> variables;
    for (char** variable = environ; *variable != nullptr; ++variable) {
        const std::string_view text{*variable};
        bool is_replaced = false;
        for (const auto& [name, value] : request.environment)
            is_replaced = is_replaced || text.starts_with(name + "=");
        if (!is_replaced) variables.emplace_back(text);
    }
    for (const auto& [name, value] : request.environment)
        variables.push_back(std::string{name}.append("=").append(value));
    return variables;
}

std::vector<char*> pointers_to(std::vector<std::string>& words) {
    std::vector<char*> pointers;
    for (std::string& word : words)
        pointers.push_back(word.data());
    pointers.push_back(nullptr);
    return pointers;
}

/// Reads both pipes until they are closed; false when the time was up.
bool read_both(const Pipe& output, const Pipe& errors, ProcessResult& result, double seconds_max) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>{seconds_max};
    std::array<pollfd, 2> waits{{{output.reading(), POLLIN, 0}, {errors.reading(), POLLIN, 0}}};
    std::array<std::string*, 2> texts{&result.output, &result.errors};
    const std::array<std::size_t, 2> limits{output_max, errors_max};
    while (waits[0].fd >= 0 || waits[1].fd >= 0) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            end - std::chrono::steady_clock::now());
        if (left.count() <= 0) return false;
        if (poll(waits.data(), waits.size(), static_cast<int>(left.count())) < 0 && errno != EINTR)
            return false;
        for (std::size_t i = 0; i < waits.size(); ++i) {
            if ((waits[i].revents & (POLLIN | POLLHUP | POLLERR)) == 0) continue;
            char buffer[4096];
            const ssize_t got = read(waits[i].fd, buffer, sizeof buffer);
            if (got > 0 && texts[i]->size() < limits[i])
                texts[i]->append(buffer, static_cast<std::size_t>(got));
            if (got == 0 || (got < 0 && errno != EINTR)) waits[i].fd = -1;
        }
    }
    return true;
}

/// Starts a program on these descriptors; 0 or the error's number. Without an input it reads nothing.
int start_process(const ProcessRequest& request, int input, int output, int errors, pid_t& child) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    if (input < 0)
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    else
        posix_spawn_file_actions_adddup2(&actions, input, 0);
    posix_spawn_file_actions_adddup2(&actions, output, 1);
    posix_spawn_file_actions_adddup2(&actions, errors, 2);
    std::vector<std::string> words = request.words;
    std::vector<std::string> variables = environment_of(request);
    auto argv = pointers_to(words);
    auto envp = pointers_to(variables);
    const int error = posix_spawnp(&child, argv[0], &actions, nullptr, argv.data(), envp.data());
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

std::string crash_text(int status) {
    return fmt::format("crashed: {}", strsignal(WTERMSIG(status)));
}

}  // namespace

std::expected<ProcessResult, std::string> run_process(const ProcessRequest& request) {
    const std::string& program = request.words.at(0);
    const auto fail = [&](std::string_view why) {
        return std::unexpected{fmt::format("{} {}", program, why)};
    };
    Pipe output;
    Pipe errors;
    if (!output.is_open() || !errors.is_open()) return fail("could not be started: no pipe");

    pid_t child = 0;
    const int error = start_process(request, -1, output.writing(), errors.writing(), child);
    if (error != 0) return fail(fmt::format("could not be started: {}", std::strerror(error)));
    output.close_end(1);
    errors.close_end(1);

    ProcessResult result;
    const bool is_done = read_both(output, errors, result, request.seconds_max);
    if (!is_done) kill(child, SIGKILL);
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (!is_done) return fail(fmt::format("was not done after {:.0f} s", request.seconds_max));
    if (WIFSIGNALED(status)) return fail(crash_text(status));
    result.exit_code = WEXITSTATUS(status);
    return result;
}

LineProcess::LineProcess(const ProcessRequest& request)
    : name_{request.words.at(0)}, seconds_max_{request.seconds_max} {}

std::expected<std::unique_ptr<LineProcess>, std::string> LineProcess::start(
    const ProcessRequest& request) {
    std::unique_ptr<LineProcess> process{new LineProcess{request}};
    std::array<int, 2> sockets{-1, -1};
    const Pipe errors;
    if (!errors.is_open() ||
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets.data()) != 0)
        return std::unexpected{process->name_ + " could not be started: no pipe"};
    process->socket_ = sockets[0];
    const int error =
        start_process(request, sockets[1], sockets[1], errors.writing(), process->child_);
    close(sockets[1]);
    if (error != 0) {
        process->child_ = 0;
        return std::unexpected{
            fmt::format("{} could not be started: {}", process->name_, std::strerror(error))};
    }
    process->errors_ = dup(errors.reading());
    static_cast<void>(fcntl(process->errors_, F_SETFD, FD_CLOEXEC));
    static_cast<void>(fcntl(process->errors_, F_SETFL, O_NONBLOCK));
    return process;
}

LineProcess::~LineProcess() {
    if (child_ > 0) {
        kill(child_, SIGKILL);
        while (waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
        }
    }
    if (socket_ >= 0) close(socket_);
    if (errors_ >= 0) close(errors_);
}

std::expected<std::string, std::string> LineProcess::ask(std::string_view line) {
    std::string text{line};
    text += '\n';
    // A few bytes, which always fit. Where it has ended, reading says so.
    static_cast<void>(send(socket_, text.data(), text.size(), MSG_NOSIGNAL));
    return read_line();
}

std::expected<std::string, std::string> LineProcess::read_line() {
    const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>{seconds_max_};
    for (;;) {
        if (const auto newline = unread_.find('\n'); newline != std::string::npos) {
            std::string line = unread_.substr(0, newline);
            unread_.erase(0, newline + 1);
            return line;
        }
        if (unread_.size() > line_max) return std::unexpected{name_ + " answered without an end"};
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            end - std::chrono::steady_clock::now());
        if (left.count() <= 0)
            return std::unexpected{
                fmt::format("{} did not answer within {:g} s", name_, seconds_max_)};
        pollfd wait{socket_, POLLIN, 0};
        if (poll(&wait, 1, static_cast<int>(left.count())) <= 0) continue;
        char buffer[4096];
        const ssize_t got = recv(socket_, buffer, sizeof buffer, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return std::unexpected{ended()};
        unread_.append(buffer, static_cast<std::size_t>(got));
    }
}

std::string LineProcess::ended() {
    // It closed its output, and so is about to be gone; if not, it is ended.
    int status = 0;
    pid_t gone = 0;
    for (int i = 0; i < 1000 && gone == 0; ++i) {
        gone = waitpid(child_, &status, WNOHANG);
        if (gone == 0) std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    if (gone != child_) return name_ + " closed its output and went on";
    child_ = 0;
    if (WIFSIGNALED(status)) return fmt::format("{} {}", name_, crash_text(status));
    exit_code_ = WEXITSTATUS(status);
    std::string words(errors_max, '\0');
    const ssize_t got = read(errors_, words.data(), words.size());
    words.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    while (words.ends_with('\n'))
        words.pop_back();
    return fmt::format("{} ended with exit code {}{}{}", name_, *exit_code_,
                       words.empty() ? "" : ": ", words);
}

std::string own_path() {
    std::error_code error;
    const auto path = std::filesystem::read_symlink("/proc/self/exe", error);
    return error ? "evmmem" : path.string();
}

}  // namespace evmmem::app
