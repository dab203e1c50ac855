// SPDX-License-Identifier: MIT
#include "gate_sources.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "app/bench/bench_report.hpp"
#include "app/host/json.hpp"
#include "app/host/process.hpp"
#include "app/host/whole_file.hpp"
#include "app/text/quantity.hpp"

namespace evmmem::app {
namespace {

using nlohmann::ordered_json;

// Enough runs for one of them to be known exactly, few enough for cachegrind's pace.
constexpr int few_runs = 2;
constexpr int runs_between = 10;

std::string last_line(const std::string& text) {
    std::istringstream lines{text};
    std::string last;
    for (std::string line; std::getline(lines, line);)
        if (!line.empty()) last = line;
    return last;
}

std::expected<double, std::string> cachegrind_count(const std::string& executable,
                                                    const GateSubject& subject, int runs,
                                                    double slowdown) {
    std::string file = (std::filesystem::temp_directory_path() / "evmmem-gate-XXXXXX").string();
    const int descriptor = mkstemp(file.data());
    if (descriptor < 0) return std::unexpected{"no temporary file for cachegrind"};
    close(descriptor);
    ProcessRequest request;
    request.words = {"valgrind",
                     "--tool=cachegrind",
                     "--cache-sim=no",
                     "--branch-sim=no",
                     "--cachegrind-out-file=" + file,
                     executable,
                     "bench",
                     "--once"};
    request.words.insert(request.words.end(), subject.words.begin(), subject.words.end());
    for (const std::string& word : {std::string{"--runs"}, std::to_string(runs),
                                    std::string{"--slowdown"}, fmt::format("{}", slowdown)})
        request.words.push_back(word);
    // Where memcpy and memset use `rep movsb`, every byte counts as one instruction: they must not.
    request.environment = {{"GLIBC_TUNABLES",
                            "glibc.cpu.x86_rep_movsb_threshold=0x7fffffffffff:glibc.cpu.x86_rep_"
                            "stosb_threshold=0x7fffffffffff"}};
    request.seconds_max = 600;
    const auto result = run_process(request);
    std::expected<double, std::string> total = std::unexpected{"it was not counted"};
    if (!result)
        total = std::unexpected{result.error()};
    else if (result->exit_code != 0)
        total = std::unexpected{"under valgrind: " + last_line(result->errors)};
    else
        total = cachegrind_total(read_whole(file).value_or(""));
    std::filesystem::remove(file);
    return total;
}

}  // namespace

std::vector<GateSubject> gate_subjects(const GateArguments& arguments) {
    std::vector<GateSubject> subjects;
    for (const std::uint64_t size : arguments.sizes)
        for (const traces::Pattern* pattern : arguments.patterns)
            subjects.push_back(
                {fmt::format("{}/{}", pattern->name, size_name(size)),
                 {"--pattern", std::string{pattern->name}, "--size", std::to_string(size), "--seed",
                  std::to_string(arguments.seed), "--ops", std::to_string(arguments.ops)}});
    for (const std::string& file : arguments.traces)
        subjects.push_back({file.substr(file.find_last_of('/') + 1), {"--trace", file}});
    return subjects;
}

GateSubject subject_of(const GateArguments& arguments, GateSubject subject, GateSide side) {
    if (arguments.backends.empty()) return subject;
    subject.words.emplace_back("--backend");
    subject.words.push_back(arguments.backends.at(side == GateSide::base ? 0 : 1));
    return subject;
}

std::expected<OnceSample, std::string> sample_of(const std::string& executable,
                                                 const GateSubject& subject,
                                                 const std::vector<std::string>& more_words) {
    ProcessRequest request;
    request.words = {executable, "bench", "--once"};
    request.words.insert(request.words.end(), subject.words.begin(), subject.words.end());
    request.words.insert(request.words.end(), more_words.begin(), more_words.end());
    const auto result = run_process(request);
    if (!result) return std::unexpected{result.error()};
    if (result->exit_code != 0)
        return std::unexpected{fmt::format("exit code {} of 'bench --once': {}", result->exit_code,
                                           last_line(result->errors))};
    return once_sample_from(result->output);
}

std::expected<double, std::string> cachegrind_total(const std::string& text) {
    std::istringstream lines{text};
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with("summary:")) continue;
        const double total =
            std::strtod(line.c_str() + std::string_view{"summary:"}.size(), nullptr);
        if (total > 0) return total;
    }
    return std::unexpected{"cachegrind wrote no summary"};
}

std::expected<double, std::string> instructions_of(const std::string& executable,
                                                   const GateSubject& subject, double slowdown) {
    // A planted slowdown doubles a run now and then: once, at least, between few and many.
    const int many_runs =
        few_runs +
        std::max(runs_between,
                 slowdown > 0 ? static_cast<int>(std::ceil(1 / std::max(slowdown, 0.001))) : 0);
    const auto few = cachegrind_count(executable, subject, few_runs, slowdown);
    if (!few) return few;
    const auto many = cachegrind_count(executable, subject, many_runs, slowdown);
    if (!many) return many;
    if (*many <= *few) return std::unexpected{"more runs did not take more instructions"};
    return (*many - *few) / (many_runs - few_runs);
}

std::string to_json(const StoredRun& run) {
    ordered_json document = {{"tool", "evmmem gate --save"}, {"version", 1}};
    for (const auto& [key, value] : run.environment.rows())
        document["environment"][key] = value;
    document["subjects"] = ordered_json::array();
    for (const StoredRun::Subject& subject : run.subjects) {
        ordered_json samples = ordered_json::array();
        for (const OnceSample& sample : subject.samples)
            samples.push_back(ordered_json::parse(to_json(sample), nullptr, false));
        document["subjects"].push_back({{"name", subject.name}, {"samples", std::move(samples)}});
    }
    return document.dump(1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

std::expected<StoredRun, std::string> stored_run_from(const std::string& json) {
    const auto document = nlohmann::json::parse(json, nullptr, false);
    const auto wrong = [] { return std::unexpected{"it is no file of 'evmmem gate --save'"}; };
    if (!document.is_object() || document.value("tool", "") != "evmmem gate --save") return wrong();
    if (document.value("version", 0) != 1)
        return std::unexpected{"it is of another version of evmmem"};
    try {
        StoredRun run;
        const auto& environment = document.at("environment");
        environment.at("cpu").get_to(run.environment.cpu);
        environment.at("system").get_to(run.environment.system);
        environment.at("huge_pages").get_to(run.environment.huge_pages);
        environment.at("program").get_to(run.environment.program);
        for (const auto& subject : document.at("subjects")) {
            StoredRun::Subject stored{subject.at("name").get<std::string>(), {}};
            for (const auto& entry : subject.at("samples")) {
                auto sample = once_sample_from(entry.dump());
                if (!sample) return std::unexpected{sample.error()};
                stored.samples.push_back(std::move(*sample));
            }
            if (stored.samples.empty()) return wrong();
            run.subjects.push_back(std::move(stored));
        }
        return run;
    } catch (const nlohmann::json::exception&) {
        return wrong();
    }
}

std::string difference(const Environment& stored, const Environment& here) {
    for (const auto& [what, before, now] : {std::tuple{"cpu", &stored.cpu, &here.cpu},
                                            {"system", &stored.system, &here.system},
                                            {"huge pages", &stored.huge_pages, &here.huge_pages}})
        if (*before != *now)
            return fmt::format("the stored run is of another machine ({} '{}', here '{}')", what,
                               *before, *now);
    return {};
}

}  // namespace evmmem::app
