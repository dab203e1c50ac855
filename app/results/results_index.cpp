// SPDX-License-Identifier: MIT
#include "results_index.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <fstream>

#include "app/host/system_failure.hpp"
#include "app/report/report_json.hpp"
#include "core/hex.hpp"

namespace evmmem::app {
namespace {

using nlohmann::ordered_json;

// JSON cannot hold a name that is no UTF-8: then its bytes stand beside it, in hex.
bool is_utf8(const std::string& text) {
    try {
        static_cast<void>(ordered_json(text).dump());
        return true;
    } catch (const nlohmann::json::exception&) {
        return false;
    }
}

std::string name_in(const ordered_json& object) {
    if (!object.contains("file_bytes")) return object.at("file").get<std::string>();
    const std::string digits = object.at("file_bytes").get<std::string>();
    std::string name(digits.size() / 2, '\0');
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): bytes are bytes
    if (!decode_hex(digits, reinterpret_cast<std::uint8_t*>(name.data())))
        return object.at("file").get<std::string>();
    return name;
}

std::string bytes_of(const std::string& name) {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): bytes are bytes
    return encode_hex({reinterpret_cast<const std::uint8_t*>(name.data()), name.size()});
}

ordered_json file_object(const std::string& name) {
    ordered_json object = {{"file", name}};
    if (!is_utf8(name)) object["file_bytes"] = bytes_of(name);
    return object;
}

std::optional<FileIdentity> identity_in(const ordered_json& object) {
    if (object.at("size").is_null()) return std::nullopt;
    return FileIdentity{
        .size = object.at("size").get<std::uint64_t>(),
        .time_ns = object.at("time_ns").get<std::int64_t>(),
        .sha256 = object.at("sha256").is_null() ? "" : object.at("sha256").get<std::string>()};
}

ExitCode code_in(const ordered_json& object) {
    return exit_code_of(object.at("exit_code").get<int>()).value_or(ExitCode::bug);
}

std::unexpected<std::string> broken(std::uint64_t line, std::string_view why) {
    return std::unexpected{fmt::format("line {}: {}", line, why)};
}

}  // namespace

std::expected<ResultsIndex, std::string> ResultsIndex::read(const std::string& path) {
    std::ifstream file{path, std::ios::binary};
    if (!file) return system_failure(errno);
    ResultsIndex index;
    index.path_ = path;
    std::string line;
    for (std::uint64_t number = 1; std::getline(file, line); ++number) {
        if (file.eof()) {  // without an end
            if (number == 1 && !may_become_results(line))
                return std::unexpected{std::string{"it is no results file of evmmem"}};
            index.torn_bytes_ = line.size();
            break;
        }
        const std::uint64_t offset = index.whole_bytes_;
        index.whole_bytes_ += line.size() + 1;
        const auto object = ordered_json::parse(line, nullptr, false);
        if (object.is_discarded() || !object.is_object())
            return broken(number,
                          number == 1 ? "it is no results file of evmmem" : "it is no JSON object");
        if (number == 1) {
            auto header = header_from_json(object);
            if (!header) return std::unexpected{std::move(header.error())};
            index.header_ = std::move(*header);
            continue;
        }
        try {
            const std::string kind = object.at("kind").get<std::string>();
            index.is_finished_ = kind == "end";
            index.without_trace_.clear();
            if (kind == "end") index.note_end(object);
            if (kind == "file")
                index.records_.insert_or_assign(
                    name_in(object),
                    Record{offset, line.size(), identity_in(object), code_in(object)});
        } catch (const nlohmann::json::exception&) {
            return broken(number, "it is no line that --results writes");
        }
    }
    if (file.bad()) return system_failure(errno);
    return index;
}

void ResultsIndex::note_end(const nlohmann::ordered_json& object) {
    for (const auto& gone : object.value("gone", ordered_json::array()))
        records_.erase(name_in(gone));
    for (const auto& group : object.value("without_trace", ordered_json::array()))
        without_trace_.emplace(name_in(group), group.at("skipped").get<std::uint64_t>());
}

std::expected<ReplayReport, std::string> ResultsIndex::report(const Record& record) const {
    std::ifstream file{path_, std::ios::binary};
    std::string line(record.size, '\0');
    file.seekg(static_cast<std::streamoff>(record.offset));
    file.read(line.data(), static_cast<std::streamsize>(line.size()));
    if (!file) return std::unexpected{std::string{"it was changed while it was read"}};
    const auto object = ordered_json::parse(line, nullptr, false);
    if (object.is_discarded()) return std::unexpected{std::string{"a line is no JSON object"}};
    auto report = report_from_json(object);
    if (!report) return report;
    try {
        report->file = name_in(object);
        report->seconds = object.at("seconds").get<double>();
    } catch (const nlohmann::json::exception&) {
        return std::unexpected{std::string{"its line is not as --results writes it"}};
    }
    return report;
}

std::string record_line(const ReplayReport& report, const std::optional<FileIdentity>& identity) {
    ordered_json object = {{"kind", "file"},
                           {"size", nullptr},
                           {"time_ns", nullptr},
                           {"sha256", nullptr},
                           {"seconds", report.seconds}};
    if (identity) {
        object["size"] = identity->size;
        object["time_ns"] = identity->time_ns;
        if (!identity->sha256.empty()) object["sha256"] = identity->sha256;
    }
    ordered_json rest = report_json(report);
    rest.erase("speed");
    auto& checks = rest["checks"];
    for (auto check = checks.begin(); check != checks.end();) {
        const bool is_empty =
            check->at("made") == 0 && check->at("failed") == 0 && check->at("impossible") == 0;
        check = is_empty ? checks.erase(check) : std::next(check);
    }
    for (std::size_t i = 0; i < report.errors.size(); ++i) {
        const traces::TraceError& error = report.errors[i];
        const auto place = std::min<std::size_t>(error.excerpt_place, error.excerpt.size());
        rest["errors"][i]["excerpt"] = {error.excerpt.substr(0, place),
                                        error.excerpt.substr(place)};
    }
    object.update(rest);
    if (!is_utf8(report.file)) object["file_bytes"] = bytes_of(report.file);
    return json_line(object);
}

std::string end_line(const RunEnd& end) {
    ordered_json object = {{"kind", "end"}, {"files", end.files}};
    for (const std::string& name : end.gone)
        object["gone"].push_back(file_object(name));
    for (const auto& [name, skipped] : end.without_trace) {
        ordered_json group = file_object(name);
        group["skipped"] = skipped;
        object["without_trace"].push_back(std::move(group));
    }
    return json_line(object);
}

}  // namespace evmmem::app
