// SPDX-License-Identifier: MIT
// How gate talks to workers, with ones that are shell scripts: they answer at once, and say that it
// took as long as the test wants. And how a worker answers, to lines that are made up.
#include "app/gate/gate_workers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <sstream>

#include "app/bench/bench_worker.hpp"

using namespace evmmem::app;
using evmmem::traces::PatternRandom;

namespace {

const std::string hello = to_json(WorkerHello{worker_version, "sparse/64K", "p", "r", 0});

std::vector<std::string> shell(const std::string& script) {
    return {"/bin/sh", "-c", script};
}

/// A worker that greets, then answers each line by this part of a script, which may use $1 (the
/// verb) and $2 (how often).
std::vector<std::string> worker(const std::string& answer) {
    return shell("echo '" + hello + "'; while read -r line; do set -- $line; " + answer + "; done");
}

/// Says so many microseconds for each run.
std::vector<std::string> steady_worker(int microseconds, const std::string& checksum = "c") {
    return worker("if [ $1 = control ]; then us=100; else us=" + std::to_string(microseconds) +
                  "; fi; printf '0.%09d " + checksum + "\\n' $(($2 * us * 1000))");
}

std::expected<PairSample, PairError> measure(const std::vector<std::string>& base,
                                             const std::vector<std::string>& head,
                                             double answer_seconds_max = 60) {
    PatternRandom random{5};
    return measure_workers({base, head}, {.answer_seconds_max = answer_seconds_max}, true, random);
}

/// What a worker of this program says to these lines.
std::string served(const std::string& lines, const std::vector<std::string>& backends = {}) {
    BenchArguments arguments;
    arguments.backends = backends;
    arguments.patterns = {evmmem::traces::pattern_named("sparse")};
    arguments.ops = 64;
    arguments.with_digest = true;
    std::istringstream input{lines};
    std::string said;
    REQUIRE(serve_worker(arguments, input, [&](const std::string& line) { said += line + "\n"; }));
    return said;
}

}  // namespace

TEST_CASE("a pair of workers is one ratio, of slices with the same number of runs") {
    const auto pair = measure(steady_worker(100), steady_worker(120));
    REQUIRE(pair.has_value());
    CHECK(pair->base.seconds == doctest::Approx(100e-6));
    CHECK(pair->head.seconds == doctest::Approx(120e-6));
    CHECK(pair->log_ratio == doctest::Approx(std::log(1.2)));
    CHECK(pair->control_log_ratio == doctest::Approx(0));
    CHECK(pair->base.checksum == "c");
    CHECK(pair->base.subject == "sparse/64K");
    CHECK(pair->base.runs == pair->head.runs);
}

TEST_CASE("a run longer than a slice is a slice of its own, and few of them are enough") {
    const auto pair = measure(steady_worker(300000), steady_worker(330000));
    REQUIRE(pair.has_value());
    CHECK(pair->log_ratio == doctest::Approx(std::log(1.1)));
    CHECK(pair->base.runs == 5);
}

TEST_CASE("a worker that ends, hangs or talks nonsense is said to, and of which side it is") {
    const auto good = steady_worker(100);
    const auto error_of = [&](const std::vector<std::string>& bad, double seconds = 60) {
        const auto as_head = measure(good, bad, seconds);
        REQUIRE_FALSE(as_head.has_value());
        CHECK(as_head.error().side == GateSide::head);
        const auto as_base = measure(bad, good, seconds);
        REQUIRE_FALSE(as_base.has_value());
        CHECK(as_base.error().side == GateSide::base);
        CHECK(as_base.error().what == as_head.error().what);
        return as_head.error().what;
    };
    CHECK(error_of(shell("echo 'no room' >&2; exit 7")) ==
          "/bin/sh ended with exit code 7: no room");
    CHECK(error_of(worker("exit 3")) == "/bin/sh ended with exit code 3");
    CHECK(error_of(worker("kill -SEGV $$")) == "/bin/sh crashed: Segmentation fault");
    CHECK(error_of(worker("exec sleep 600"), 0.3) == "/bin/sh did not answer within 0.3 s");
    CHECK(error_of(shell("exec sleep 600"), 0.3) == "/bin/sh did not answer within 0.3 s");
    CHECK(error_of(worker("echo what?")) == "it answered 'what?'");
    CHECK(error_of(worker("echo 0 c")) == "a slice took no time");
    CHECK(error_of(shell("echo hello; read -r line")) == "it did not greet as a worker does");
    CHECK(error_of(worker("n=$((n + 1)); echo 0.0004 c$((n / 9))")) ==
          "its results are not the same every time");
    CHECK(error_of({"/no/such/program"}) ==
          "/no/such/program could not be started: No such file or directory");
}

TEST_CASE("a head whose worker dies fails with its words, a base whose worker dies shows nothing") {
    const TakeSample take = [](GateSide, bool) -> std::expected<OnceSample, std::string> {
        return OnceSample{"x", "p", "r", "c", 1e-3, 1e-6, 1};
    };
    for (const bool is_head : {false, true}) {
        PatternRandom random{1};
        const TakePair take_pair = [&](bool is_base_first) {
            const auto good = steady_worker(100);
            const auto bad = worker("echo 'out of storage' >&2; exit 1");
            return measure_workers({is_head ? good : bad, is_head ? bad : good}, {}, is_base_first,
                                   random);
        };
        const auto comparison = compare_sides("x", take, take_pair, GateRules{}, random,
                                              [](const GateTrial&) { return Patience::goes_on; });
        CHECK(comparison.verdict == (is_head ? GateVerdict::fail : GateVerdict::inconclusive));
        CHECK(comparison.reason == std::string{is_head ? "head" : "base"} +
                                       ": /bin/sh ended with exit code 1: out of storage");
        CHECK_FALSE(comparison.is_open);  // no second witness can mend that
    }
}

TEST_CASE("an older evmmem, and one of another protocol, has no workers for this one") {
    CHECK(why_no_worker(shell("echo '--worker: no such option' >&2; exit 2")) ==
          "/bin/sh is an older evmmem, without workers");
    CHECK(why_no_worker(shell("echo '{\"evmmem_worker\":2}'; read -r line")) ==
          "/bin/sh has workers of version 2, this evmmem asks those of 1");
    CHECK(why_no_worker(steady_worker(1)).empty());
    // Broken in another way: that is for the comparison to say.
    CHECK(why_no_worker(shell("exit 1")).empty());
    CHECK(why_no_worker({"/no/such/program"}).empty());
}

TEST_CASE("a worker greets, then answers each line with one, until it is done") {
    std::istringstream lines{served("run 1\nrun 3\ncontrol 2\nrun 0\nrun x\nquit\nrun 1\n")};
    std::string line;
    REQUIRE(std::getline(lines, line));
    const auto greeting = worker_hello_from(line);
    REQUIRE(greeting.has_value());
    CHECK(greeting->subject == "sparse/64K");
    CHECK(greeting->program_digest.size() == 16);
    CHECK(greeting->result_digest.size() == 16);
    std::string checksum;
    for (const bool is_control : {false, false, true}) {
        REQUIRE(std::getline(lines, line));
        const auto slice = worker_slice_from(line);
        REQUIRE_MESSAGE(slice.has_value(), line);
        CHECK(slice->checksum.size() == 16);
        if (is_control) continue;
        if (!checksum.empty()) CHECK(slice->checksum == checksum);
        checksum = slice->checksum;
    }
    for (int i = 0; i < 2; ++i) {
        REQUIRE(std::getline(lines, line));
        CHECK(line.starts_with("error: "));
    }
    CHECK_FALSE(std::getline(lines, line));
}

TEST_CASE("a worker of a named memory comes to the same as this program's own") {
    const auto checksum_of = [](const std::vector<std::string>& backends) {
        std::istringstream lines{served("run 2\n", backends)};
        std::string line;
        std::getline(lines, line);
        std::getline(lines, line);
        const auto slice = worker_slice_from(line);
        REQUIRE_MESSAGE(slice.has_value(), line);
        return slice->checksum;
    };
    CHECK(checksum_of({"doubling"}) == checksum_of({}));
    CHECK(checksum_of({"evmmem"}) == checksum_of({}));

    BenchArguments arguments;
    arguments.patterns = {evmmem::traces::pattern_named("sparse")};
    arguments.backends = {"nothing"};
    std::istringstream input;
    CHECK(serve_worker(arguments, input, [](const std::string&) {}).error() ==
          "there is no backend 'nothing'");
}

TEST_CASE("without a quit the end of its input ends it, and without work it does not begin") {
    CHECK(std::ranges::count(served("run 1\n"), '\n') == 2);
    std::istringstream input;
    CHECK_FALSE(serve_worker(BenchArguments{}, input, [](const std::string&) {}).has_value());
}

TEST_CASE("a greeting survives its line of JSON, other lines are none") {
    const auto read = worker_hello_from(hello);
    REQUIRE(read.has_value());
    CHECK(to_json(*read) == hello);
    CHECK_FALSE(worker_hello_from("").has_value());
    CHECK_FALSE(worker_hello_from("{\"evmmem_once\":1}").has_value());
    CHECK_FALSE(worker_hello_from("{\"evmmem_worker\":1}").has_value());
    CHECK_FALSE(worker_hello_from("{\"evmmem_worker\":\"1\"}").has_value());
}
