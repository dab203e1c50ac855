// SPDX-License-Identifier: MIT
#include "bench_worker.hpp"

#include <fmt/format.h>
#include <sched.h>

#include <charconv>
#include <istream>
#include <optional>

#include "app/host/json.hpp"
#include "bench_work.hpp"

namespace evmmem::app {
namespace {

constexpr std::uint64_t slice_runs_max = std::uint64_t{1} << 40;

bool keep_to_processor(int processor) {
    if (processor < 0 || processor >= CPU_SETSIZE) return false;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(processor, &one);
    return sched_setaffinity(0, sizeof one, &one) == 0;
}

/// A planted slowdown waits after the work for its share of what that took: exact for slices of a
/// single run, which cannot be done one and a tenth times.
WorkerSlice timed_slice(Work& work, std::uint64_t runs, double slowdown) {
    WorkerSlice slice;
    std::uint64_t checksum = 0;
    work.renew();
    const double start = cpu_seconds();
    for (std::uint64_t i = 0; i < runs; ++i)
        checksum = work.run();
    slice.seconds = cpu_seconds() - start;
    if (const double planted = slice.seconds * (1 + slowdown); slowdown > 0)
        while (slice.seconds < planted)
            slice.seconds = cpu_seconds() - start;
    work.release();
    slice.checksum = fmt::format("{:016x}", checksum);
    return slice;
}

/// The N of "run N"; nothing when there is none.
std::optional<std::uint64_t> runs_of(std::string_view line, std::string_view verb) {
    if (!line.starts_with(verb)) return std::nullopt;
    line.remove_prefix(verb.size());
    std::uint64_t runs = 0;
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), runs);
    if (error != std::errc{} || end != line.data() + line.size()) return std::nullopt;
    if (runs == 0 || runs > slice_runs_max) return std::nullopt;
    return runs;
}

}  // namespace

std::string to_json(const WorkerHello& hello) {
    const nlohmann::ordered_json object = {
        {"evmmem_worker", hello.version},         {"subject", hello.subject},
        {"program_digest", hello.program_digest}, {"result_digest", hello.result_digest},
        {"processor", hello.processor},
    };
    return json_text(object);
}

std::expected<WorkerHello, std::string> worker_hello_from(std::string_view line) {
    const auto object = nlohmann::json::parse(line, nullptr, false);
    const auto refused = [] { return std::unexpected{"it did not greet as a worker does"}; };
    if (!object.is_object()) return refused();
    try {
        WorkerHello hello;
        object.at("evmmem_worker").get_to(hello.version);
        // Of another version nothing more is known than that.
        if (hello.version != worker_version) return hello;
        object.at("subject").get_to(hello.subject);
        object.at("program_digest").get_to(hello.program_digest);
        object.at("result_digest").get_to(hello.result_digest);
        object.at("processor").get_to(hello.processor);
        return hello;
    } catch (const nlohmann::json::exception&) {
        return refused();
    }
}

std::string to_line(const WorkerSlice& slice) {
    return fmt::format("{:.9f} {}", slice.seconds, slice.checksum);
}

std::expected<WorkerSlice, std::string> worker_slice_from(std::string_view line) {
    WorkerSlice slice;
    const auto [end, error] =
        std::from_chars(line.data(), line.data() + line.size(), slice.seconds);
    const auto rest = line.substr(static_cast<std::size_t>(end - line.data()));
    if (error != std::errc{} || !rest.starts_with(' ') || rest.size() < 2)
        return std::unexpected{fmt::format("it answered '{}'", line.substr(0, 200))};
    if (!(slice.seconds > 0)) return std::unexpected{"a slice took no time"};
    slice.checksum = rest.substr(1);
    return slice;
}

std::expected<void, std::string> serve_worker(const BenchArguments& arguments, std::istream& input,
                                              const std::function<void(const std::string&)>& say) {
    // First, so that memory is the processor's own.
    const bool is_pinned = keep_to_processor(arguments.processor);
    auto made = GateWork::make(arguments);
    if (!made) return std::unexpected{made.error()};
    const auto control = control_work();
    say(to_json(WorkerHello{worker_version, made->subject->name, made->program_digest,
                            made->result_digest, is_pinned ? arguments.processor : -1}));
    for (std::string line; std::getline(input, line) && line != "quit";) {
        if (const auto runs = runs_of(line, "run "))
            say(to_line(timed_slice(*made->work, *runs, arguments.slowdown)));
        else if (const auto copies = runs_of(line, "control "))
            say(to_line(timed_slice(*control, *copies, 0)));
        else
            say("error: 'run N', 'control N' or 'quit' is what a worker knows");
    }
    return {};
}

}  // namespace evmmem::app
