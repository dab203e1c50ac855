// SPDX-License-Identifier: MIT
// Puts the results of several replays together, as if one had replayed all of their files: mostly
// the shards of one run. What does not belong together is refused; what is missing is said.
#include <fmt/format.h>

#include <map>
#include <set>

#include "app/host/interrupt.hpp"
#include "app/host/log.hpp"
#include "app/results/results_index.hpp"
#include "app/text/escape.hpp"
#include "app/text/quantity.hpp"
#include "commands.hpp"
#include "report_printing.hpp"
#include "results_arguments.hpp"

namespace evmmem::app {
namespace {

struct Results {
    std::string path;
    ResultsIndex index;
};

std::string shard_text(const std::optional<Shard>& shard) {
    return shard ? "shard " + shard->text() : std::string{"all files"};
}

// Why this one cannot stand beside the others; empty where it can.
std::string misfit(const std::vector<Results>& others, const Results& results) {
    const ResultsHeader& header = *results.index.header();
    if (header.shard)
        for (const auto& [name, record] : results.index.records())
            if (!header.shard->holds(name))
                return fmt::format("{} is not of {}", escaped(name), shard_text(header.shard));
    if (others.empty()) return {};
    const Results& first = others.front();
    const ResultsHeader& wanted = *first.index.header();
    if (auto why = difference(header, wanted); !why.empty())
        return fmt::format("{}, as {} was", why, escaped(first.path));
    if (header.shard.has_value() != wanted.shard.has_value() ||
        (header.shard && header.shard->of != wanted.shard->of))
        return fmt::format("it is of {}, and {} is of {}", shard_text(header.shard),
                           escaped(first.path), shard_text(wanted.shard));
    for (const Results& other : others)
        if (header.shard && other.index.header()->shard->number == header.shard->number)
            return fmt::format("{} is of {}, too", escaped(other.path), shard_text(header.shard));
    return {};
}

// The folders and archives in which no shard has seen a trace; nothing where a shard is missing. Each
// with the number of files that were skipped in it.
std::map<std::string, std::uint64_t> groups_without_trace(const std::vector<Results>& all) {
    std::map<std::string, std::uint64_t> skipped;
    const auto& shard = all.front().index.header()->shard;
    if (!shard || all.size() != shard->of) return skipped;
    std::map<std::string, std::uint64_t> shards;
    for (const Results& results : all)
        for (const auto& [name, count] : results.index.without_trace()) {
            skipped[name] += count;
            ++shards[name];
        }
    std::erase_if(skipped, [&](const auto& group) { return shards[group.first] != shard->of; });
    return skipped;
}

// What the results lack of all files; sentences without a full stop.
std::vector<std::string> gaps_of(const std::vector<Results>& all) {
    std::vector<std::string> gaps;
    std::set<std::uint64_t> numbers;
    for (const Results& results : all) {
        const auto& shard = results.index.header()->shard;
        if (shard) numbers.insert(shard->number);
        if (!results.index.is_finished())
            gaps.push_back(fmt::format("{}: {} not finished, {} in it", results.path,
                                       shard ? "shard " + shard->text() + " is" : "it is",
                                       counted(results.index.records().size(), "file")));
        if (results.index.torn_bytes() > 0)
            log_warning("{}: the last line, {}, was not written to its end and is passed over",
                        escaped(results.path), counted(results.index.torn_bytes(), "byte"));
    }
    if (numbers.empty()) return gaps;
    const std::uint64_t of = all.front().index.header()->shard->of;
    std::vector<std::string> missing;
    for (std::uint64_t number = 1; number <= of; ++number)
        if (!numbers.contains(number)) missing.push_back(Shard{number, of}.text());
    if (!missing.empty())
        gaps.push_back(fmt::format("missing: {} {}", missing.size() == 1 ? "shard" : "shards",
                                   fmt::join(missing, ", ")));
    return gaps;
}

}  // namespace

ExitCode run(const MergeArguments& arguments, const GeneralOptions& general, Output& output) {
    notice_interrupts();
    std::vector<Results> all;
    for (const std::string& path : arguments.files) {
        auto index = ResultsIndex::read(path);
        if (!index) {
            log_error("{}: {}", escaped(path), index.error());
            return ExitCode::io;
        }
        if (!index->header()) return could_not_use_results(path, "there is no whole line in it");
        Results results{path, std::move(*index)};
        if (const std::string why = misfit(all, results); !why.empty())
            return could_not_use_results(path, why);
        all.push_back(std::move(results));
    }

    // By their names: the order does not depend on who was done first. Null: a folder or an archive
    // without a trace.
    std::map<std::string_view, const Results*> files;
    for (const Results& results : all)
        for (const auto& [name, record] : results.index.records())
            if (const auto [other, is_new] = files.emplace(name, &results); !is_new)
                return could_not_use_results(
                    results.path,
                    fmt::format("{} is also in {}", escaped(name), escaped(other->second->path)));

    const auto hollow = groups_without_trace(all);
    for (const auto& [name, skipped] : hollow)
        files.emplace(name, nullptr);

    ReportPrinting printing{
        output,
        general,
        {.format = arguments.format,
         .is_brief = arguments.only_failing || files.size() > files_in_full_max,
         .only_failing = arguments.only_failing,
         .with_transactions = false,
         .with_time = arguments.with_time,
         .show_options = all.empty() ? std::string{} : show_options(*all.front().index.header())},
        nullptr};
    const auto print = [&](const ReplayReport& report) {
        printing.done(report);
        printing.print(report);
    };
    double seconds = 0;
    for (const auto& [name, results] : files) {
        if (is_interrupted() || output.is_closed()) break;
        if (results == nullptr) {
            const auto group = hollow.find(std::string{name});
            print(report_without_trace(group->first, group->second));
            continue;
        }
        const auto& record = results->index.records().find(std::string{name})->second;
        const auto report = results->index.report(record);
        if (!report) {
            log_error("{}: {}: {}", escaped(results->path), escaped(name), report.error());
            return ExitCode::io;
        }
        seconds += report->seconds;
        print(*report);
    }
    for (const std::string& gap : gaps_of(all))
        printing.lacks(gap);
    const ExitCode code = printing.finish(seconds);
    return is_interrupted() ? ExitCode::interrupted : code;
}

}  // namespace evmmem::app
