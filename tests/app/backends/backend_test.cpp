// SPDX-License-Identifier: MIT
// Backends: all of them come to the same on every pattern, and one that does not is found out.
#include "app/backends/backend.hpp"

#include <doctest/doctest.h>

#include <sstream>
#include <string>
#include <vector>

#include "app/backends/backend_check.hpp"
#include "app/backends/plugin.hpp"
#include "traces/generate/pattern.hpp"

using namespace evmmem;
using namespace evmmem::app;

namespace {

AccessProgram program_of(std::string_view pattern, std::uint64_t size = 16384) {
    return traces::generate(*traces::pattern_named(pattern), {.size = size, .ops = 800});
}

std::vector<AccessProgram> all_programs(std::uint64_t size) {
    std::vector<AccessProgram> programs;
    for (const traces::Pattern& pattern : traces::patterns())
        programs.push_back(program_of(pattern.name, size));
    return programs;
}

std::vector<std::string> example_plugins() {
    std::vector<std::string> paths;
    std::istringstream list{EVMMEM_TEST_PLUGINS};
    for (std::string path; std::getline(list, path, ':');)
        paths.push_back(path);
    return paths;
}

template <typename T>
std::string why(const std::expected<T, std::string>& outcome) {
    return outcome ? "" : outcome.error();
}

std::string wrong_plugin(const std::string& name) {
    return std::string{EVMMEM_TEST_PLUGIN_DIRECTORY} + "/" + name + ".so";
}

/// What is said to a plug-in that does not even load, without its path.
std::string load_error(const std::string& name) {
    const auto loaded = load_plugin(wrong_plugin(name));
    REQUIRE_FALSE(loaded.has_value());
    const std::string start = "plug-in " + wrong_plugin(name) + ": ";
    REQUIRE(loaded.error().starts_with(start));
    return loaded.error().substr(start.size());
}

std::string check_error(const std::string& name, const AccessProgram& program) {
    const auto verdict = check_plugin(wrong_plugin(name), {&program, 1}).at(0);
    REQUIRE_FALSE(verdict.has_value());
    return verdict.error();
}

}  // namespace

TEST_CASE("every backend comes to the reference's results on every pattern") {
    for (const Backend& backend : builtin_backends()) {
        for (const std::uint64_t size : {1024U, 16384U, 300000U}) {
            for (const AccessProgram& program : all_programs(size)) {
                CAPTURE(backend.name);
                CAPTURE(size);
                const auto verdict = check_backend(backend, program);
                CHECK_MESSAGE(verdict.has_value(), why(verdict));
            }
        }
    }
}

TEST_CASE("a run that is repeated comes to the same, and to what the other backends come to") {
    for (const AccessProgram& program : all_programs(16384)) {
        auto evmmem = BackendRun::make(*builtin_backend("evmmem"), program);
        REQUIRE(evmmem.has_value());
        REQUIRE(evmmem->run());
        const AccessResult expected = evmmem->result();
        for (const Backend& backend : builtin_backends()) {
            CAPTURE(backend.name);
            auto run = BackendRun::make(backend, program);
            REQUIRE(run.has_value());
            for (int i = 0; i < 3; ++i) {
                REQUIRE(run->run());
                if (!backend.is_baseline()) CHECK(run->result() == expected);
            }
        }
    }
}

TEST_CASE("the baseline is listed second and is no memory") {
    CHECK(builtin_backends()[0].name == "evmmem");
    CHECK(builtin_backends()[1].is_baseline());
    CHECK(builtin_backend("flat")->is_baseline());
    CHECK_FALSE(builtin_backend("evmmem")->is_baseline());
    CHECK(builtin_backend("nothing") == nullptr);
}

TEST_CASE("the example plug-ins load and are right") {
    CHECK(example_plugins().size() >= 2);
    const auto programs = all_programs(16384);
    for (const std::string& path : example_plugins()) {
        CAPTURE(path);
        for (const auto& verdict : check_plugin(path, programs))
            CHECK_MESSAGE(verdict.has_value(), why(verdict));
        const auto backend = load_plugin(path);
        REQUIRE_MESSAGE(backend.has_value(), why(backend));
        CHECK(backend->is_plugin());
        CHECK(backend->name.starts_with("plain-"));
        auto run = BackendRun::make(*backend, programs[0]);
        REQUIRE(run.has_value());
        CHECK(run->run());
    }
}

TEST_CASE("a plug-in that does not offer the interface is refused with the reason") {
    CHECK(load_plugin("./no/such.so").error() == "plug-in ./no/such.so: there is no such file");
    CHECK(load_error("no-entry") ==
          "it does not export evmmem_backend_get; see core/evmmem_backend.h");
    CHECK(
        load_error("wrong-version") ==
        "it was built for version 7 of the interface, this program is of version 1; build it again "
        "with this evmmem's core/evmmem_backend.h");
    CHECK(load_error("wrong-size") == "its evmmem_backend has 8 bytes, expected 56 to 64");
    CHECK(load_error("wrong-name") ==
          "its name must be 1 to 32 lower-case letters, digits, '-', '_' or '.'");
    CHECK(load_error("without-run") == "create, destroy, reset and run must all be there");
    CHECK(load_error("returns-nothing") == "evmmem_backend_get returned nothing");
    CHECK(load_plugin("/dev/null").error().starts_with("plug-in /dev/null: it cannot be loaded: "));
}

TEST_CASE("a plug-in whose results are wrong is found out at the operation") {
    AccessProgram program;
    program.store_word(0, Word{7});
    program.load_word(32);
    CHECK(check_error("wrong-load", program) ==
          "operation 2 (MLOAD at 0x20): loaded "
          "0x1" +
              std::string(32, '0') + ", expected 0x0");

    AccessProgram stale;
    stale.store_word(32, Word{7});
    stale.reset();
    stale.store_byte(0, 1);
    stale.grow(64);
    CHECK(check_error("stale-memory", stale) ==
          "at the end of the program: the byte at 0x20 is 0xff, expected 0x00");
}

TEST_CASE("a plug-in that crashes, gives up or walks out is an answer, for each program") {
    const auto programs = all_programs(1024);
    const auto verdicts = check_plugin(wrong_plugin("crash"), programs);
    REQUIRE(verdicts.size() == programs.size());
    for (const auto& verdict : verdicts)
        CHECK(verdict.error() == "it crashed: Aborted");
    CHECK(check_error("cannot-grow", programs[0]) ==
          "operation 1 (MSTORE at 0x0): it said that it could not grow");
    CHECK(check_error("exits", programs[0]) == "it ended the process that checked it");
}

TEST_CASE("a plug-in that hangs, in a program or when it is loaded, is ended after a time") {
    const auto programs = all_programs(1024);
    for (const char* name : {"hangs", "hangs-when-loaded"}) {
        CAPTURE(name);
        const auto verdicts = check_plugin(wrong_plugin(name), programs, std::chrono::seconds{1});
        REQUIRE(verdicts.size() == programs.size());
        for (const auto& verdict : verdicts)
            CHECK(verdict.error() == "it hangs: it was not done after 1 s");
    }
}

TEST_CASE("a backend says what it was built with, an older plug-in does not") {
    for (const Backend& backend : builtin_backends())
        CHECK_FALSE(backend.build.empty());
    const auto older = load_plugin(wrong_plugin("older"));
    REQUIRE_MESSAGE(older.has_value(), why(older));
    CHECK(older->build.empty());
}

TEST_CASE("a name with a slash or .so is a plug-in's path") {
    CHECK(plugin_path("./mine.so") == "./mine.so");
    CHECK(plugin_path("mine.so") == "mine.so");
    CHECK(plugin_path("dir/mine") == "dir/mine");
    CHECK_FALSE(plugin_path("no-such-peer").has_value());
}
