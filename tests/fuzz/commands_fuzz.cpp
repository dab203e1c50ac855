// SPDX-License-Identifier: MIT
// Fuzzes what a user sees of a trace: replay, stats, show and the report page, run as the program
// runs them, on any bytes. The JSON must be JSON, the exit code the verdict's, and the verdict
// never "agrees" where a line could not be read, a step is missing, or a check failed.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "app/commands/commands.hpp"
#include "app/host/interrupt.hpp"
#include "app/host/log.hpp"
#include "core/rule_presets.hpp"
#include "fuzz_input.hpp"

using namespace evmmem;
using namespace evmmem::app;
using fuzz::require;
using Json = nlohmann::json;

namespace {

/// A file without a name, in memory.
class MemoryFile {
public:
    explicit MemoryFile(const char* name) : descriptor_{::memfd_create(name, MFD_CLOEXEC)} {
        require(descriptor_ >= 0, "no file in memory");
    }
    MemoryFile(const MemoryFile&) = delete;
    MemoryFile& operator=(const MemoryFile&) = delete;
    ~MemoryFile() { ::close(descriptor_); }

    int descriptor() const { return descriptor_; }
    std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }
    void write(std::string_view text) const {
        require(
            ::write(descriptor_, text.data(), text.size()) == static_cast<::ssize_t>(text.size()),
            "a file in memory cannot be written");
    }
    std::string content() const {
        std::string text(static_cast<std::size_t>(::lseek(descriptor_, 0, SEEK_END)), '\0');
        require(::pread(descriptor_, text.data(), text.size(), 0) ==
                    static_cast<::ssize_t>(text.size()),
                "a file in memory cannot be read");
        return text;
    }

private:
    int descriptor_;
};

struct Printed {
    std::string text;
    ExitCode code{};
};

template <typename Arguments>
Printed run_command(const Arguments& arguments) {
    const GeneralOptions general{
        .color = ColorChoice::never, .log_level = LogLevel::error, .quiet = true};
    const MemoryFile printed{"printed"};
    Output output{printed.descriptor()};
    const ExitCode code = output.close(run(arguments, general, output));
    if (is_interrupted()) std::_Exit(0);  // the fuzzer was
    require(code != ExitCode::bug && code != ExitCode::interrupted,
            "an exit code that means a bug");
    return {printed.content(), code};
}

Json parse(const std::string& text) {
    const Json json = Json::parse(text, nullptr, false);
    require(!json.is_discarded(), "the JSON is none:\n" + text);
    return json;
}

/// Text of a trace is printed escaped: no control characters but line ends.
void require_printable(const std::string& text) {
    for (const char c : text)
        require(static_cast<unsigned char>(c) >= ' ' || c == '\n',
                "a control character is printed");
}

void check_replay(const ReplayArguments& arguments) {
    const Printed printed = run_command(arguments);
    const Json report = parse(printed.text);
    const std::string verdict = report["verdict"];
    const bool agrees = verdict == "agrees";
    require(report["exit_code"] == to_int(printed.code), "the exit code is not the report's");
    require(agrees == (printed.code == ExitCode::agrees), "the exit code is not the verdict's");
    require(!agrees || report["errors_count"] == 0, "agrees, with errors");
    require(!agrees || report["findings_count"] == 0, "agrees, with findings");
    require(!agrees || report["gaps"] == 0, "agrees, with steps missing");
    // Of transactions that ran no code only the ends are printed.
    require(!agrees || report["steps"] != 0 || report["transactions"] == 0,
            "agrees, without a step");
    require(!agrees || report["incomplete_because"].empty(), "agrees, though incomplete");
    require(agrees || verdict != "incomplete" || !report["incomplete_because"].empty(),
            "incomplete for no reason");
    require((verdict == "findings") == (report["findings_count"] != 0),
            "findings without findings");
    std::uint64_t made = 0;
    for (const auto& [name, count] : report["checks"].items())
        made += count["made"].get<std::uint64_t>();
    require(!agrees || made != 0 || report["steps"] == 0, "agrees, without a check");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const fuzz::Input input{data, size};
    const MemoryFile trace{"trace"};
    trace.write(input.text);
    TraceArguments common;
    common.dialect = input.dialect;
    common.line_bytes_max = 1 << 20;
    common.memory_bytes_max = 1 << 18;
    const auto wants = [&](unsigned way) { return input.mode % 8 == way; };

    const auto arguments = [&]<typename Arguments>(Arguments mine) {
        static_cast<TraceArguments&>(mine) = common;
        return mine;
    };

    auto replay = arguments(ReplayArguments{});
    replay.files = {trace.path()};
    replay.speed = false;
    if (wants(0) || wants(1)) {
        replay.format = "json";
        check_replay(replay);
    }
    if (wants(2)) {
        for (const char* format : {"text", "junit", "github"}) {
            replay.format = format;
            require_printable(run_command(replay).text);
        }
    }
    if (wants(3)) {
        const MemoryFile page{"page"};
        replay.format = "json";
        replay.report = page.path();
        replay.strict_warnings = true;
        run_command(replay);
    }
    if (wants(4)) {
        auto stats = arguments(StatsArguments{});
        stats.file = trace.path();
        require_printable(run_command(stats).text);
        stats.format = ListFormat::json;
        if (const Printed printed = run_command(stats); !printed.text.empty()) parse(printed.text);
        auto price = arguments(PriceArguments{});
        price.files = {trace.path()};
        price.rules = *rule_preset(rule_presets()[input.salt % rule_presets().size()].name);
        require_printable(run_command(price).text);
        price.format = PriceFormat::json;
        std::istringstream lines{run_command(price).text};
        for (std::string line; std::getline(lines, line);)
            parse(line);
    }
    if (wants(5) || wants(6)) {
        auto show = arguments(ShowArguments{});
        show.file = trace.path();
        show.step = input.salt % 16;
        show.around = input.salt / 16 % 4;
        if (input.salt % 5 == 0) show.depth = 1 + input.salt % 3;
        require_printable(run_command(show).text);
        show.format = ListFormat::json;
        if (const Printed printed = run_command(show); !printed.text.empty()) parse(printed.text);
    }
    if (wants(7)) {
        auto show = arguments(ShowArguments{});
        show.file = trace.path();
        show.history = true;
        show.offset = input.salt * std::uint64_t{4};
        show.size = 1 + input.mode;
        require_printable(run_command(show).text);
    }
    return 0;
}
