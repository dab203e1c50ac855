// SPDX-License-Identifier: MIT
#include "app/rules/rule_file.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <string>

#include "app/rules/named_rules.hpp"
#include "core/rule_presets.hpp"

using namespace evmmem;
using namespace evmmem::app;

namespace {

RuleSet rules_of(std::string_view text) {
    auto rules = read_rules(text, "my.toml");
    REQUIRE_MESSAGE(rules, rules.error());
    return *std::move(rules);
}

std::string error_of(std::string_view text) {
    const auto rules = read_rules(text, "my.toml");
    REQUIRE_FALSE(rules);
    return rules.error();
}

}  // namespace

TEST_CASE("a file's numbers stand in the place of those of the fork that it names") {
    const RuleSet rules = rules_of(
        "fork = \"cancun\"\n"
        "[memory]\n"
        "word_gas = 5\n"
        "model = \"linear\"\n"
        "is_bounded_by_gas = true\n"
        "[instructions]\n"
        "MCOPY = \"none\"\n"
        "TLOAD = 0x64\n");
    CHECK(rules.name == "my.toml");
    CHECK(rules.fork == Fork::cancun);
    const Rules on_cancun = rules.on(Fork::cancun);
    CHECK(on_cancun[Rule::memory_word_gas] == 5);
    CHECK(on_cancun[Rule::memory_model] == 1);
    CHECK(on_cancun[Rule::memory_is_bounded_by_gas] == 1);
    CHECK(on_cancun[Rule::memory_quadratic_divisor] == 512);
    CHECK_FALSE(on_cancun.has(Opcode::MCOPY));
    CHECK(on_cancun.price(Opcode::TLOAD) == 100);
    CHECK(rules.find(Rule::memory_word_gas)->source == "my.toml:3");
    CHECK(rules.find(Rule::memory_words_paid) == nullptr);
}

TEST_CASE("a file without a fork changes any, and an empty one nothing") {
    const RuleSet rules = rules_of("copy.word_gas = 1");
    CHECK_FALSE(rules.fork);
    for (const Fork fork : {Fork::frontier, Fork::osaka}) {
        Rules expected = fork_rules[static_cast<std::size_t>(fork)];
        expected.set(Rule::copy_word_gas, 1);
        CHECK(rules.on(fork) == expected);
    }
    CHECK(rules_of("").is_plain());
    CHECK(rules_of("# nothing\n").is_plain());
    CHECK_FALSE(rules.is_plain());
}

TEST_CASE(
    "a file begins with the rules that it names, and its own come after, wherever they stand") {
    const RuleSet rules =
        rules_of("memory.page_gas = 50\npreset = \"eip-7923\"\nfork = \"prague\"\n");
    CHECK(rules.fork == Fork::prague);
    const Rules on_prague = rules.on(Fork::prague);
    CHECK(on_prague[Rule::memory_page_gas] == 50);
    CHECK(on_prague[Rule::memory_page_bytes] == 4096);
    CHECK(rules_of("preset = \"monad-nine\"").fork == Fork::osaka);
    CHECK(rules_of("preset = \"monad-nine\"\nfork = \"prague\"").fork == Fork::prague);
}

TEST_CASE("what sources agree on about code's size follows the size, unless it is said") {
    const Rules larger = rules_of("create.code_max = 65536").on(Fork::cancun);
    CHECK(larger[Rule::create_code_max] == 65536);
    CHECK(larger[Rule::create_code_max_agreed] == 65536);
    CHECK(larger[Rule::create_init_code_max_agreed] == 49152);
    const Rules said =
        rules_of("[create]\ncode_max = 65536\ncode_max_agreed = 32768").on(Fork::cancun);
    CHECK(said[Rule::create_code_max_agreed] == 32768);
}

TEST_CASE("an error says file, line, key and what may be meant") {
    CHECK(error_of("\n[memory]\nword_gass = 3") ==
          "my.toml:3: 'memory.word_gass' is no number of the rules, `evmmem rules` lists them; did "
          "you mean 'memory.word_gas'?");
    CHECK(error_of("frok = \"cancun\"") ==
          "my.toml:1: 'frok' is no number of the rules, `evmmem rules` lists them; did you mean "
          "'fork'?");
    CHECK(error_of("fork = \"cancoon\"").starts_with("my.toml:1: fork: 'cancoon' is none of "));
    CHECK(error_of("fork = 3") == "my.toml:1: fork: 3 is no fork's name, which is text");
    CHECK(error_of("preset = \"monad-ten\"")
              .starts_with("my.toml:1: preset: the rules 'monad-ten' are not supported: "));
    CHECK(error_of("[cancun.memory]\nword_gas = 3")
              .starts_with("my.toml:1: 'cancun' is a fork, and rules are based on one"));
    CHECK(
        error_of("[instructions]\nPUSH0 = -1") ==
        "my.toml:2: instructions.PUSH0 is -1, and must be a whole number from 0 to 4294967295, or "
        "\"none\"");
    CHECK(error_of("memory.word_gas = 3.5") ==
          "my.toml:1: memory.word_gas is 3.5, and must be a whole number from 0 to 4294967295");
    CHECK(error_of("memory.word_gas = \"none\"").find("\"none\", and must be") !=
          std::string::npos);
    CHECK(error_of("memory.model = \"cubic\"") ==
          "my.toml:1: memory.model is \"cubic\", and must be \"quadratic\", \"linear\", \"paged\"");
    CHECK(error_of("memory.is_bounded_by_gas = 1") ==
          "my.toml:1: memory.is_bounded_by_gas is 1, and must be true or false");
    CHECK(error_of("modexp.formula = 199") ==
          "my.toml:1: modexp.formula is 199, and must be 198, 2565, 7883, or \"none\"");
    CHECK(error_of("create.forbidden_byte = 256") ==
          "my.toml:1: create.forbidden_byte is 256, and must be a whole number from 0 to 255, or "
          "\"none\"");
    CHECK(error_of("memory = 3") ==
          "my.toml:1: 'memory' is no number of the rules, `evmmem rules` lists them");
    CHECK(error_of("[memory.word_gas]\na = 1").find("is a table, and must be") !=
          std::string::npos);
    CHECK(error_of("memory.word_gas = [3]").find("is an array, and must be") != std::string::npos);
    CHECK(error_of("memory.word_gas = 2020-01-01").find("is a date or time, and must be") !=
          std::string::npos);
}

TEST_CASE("of several errors the first is shown, and how many there are") {
    CHECK(
        error_of("[memory]\nword_gas = true\n[copy]\nword_gas = true\nx = 1") ==
        "my.toml:2: memory.word_gas is true, and must be a whole number from 0 to 4294967295 (and "
        "2 more that are wrong)");
}

TEST_CASE("a number that is set twice is an error, by whatever name") {
    CHECK(error_of("[memory]\nword_gas = 3\nword_gas = 3").starts_with("my.toml:3:"));
    CHECK(error_of("[instructions]\nKECCAK256 = 30\nSHA3 = 36") ==
          "my.toml:3: 'instructions.SHA3' is instructions.KECCAK256, which line 2 sets too");
}

TEST_CASE("rules that contradict each other, or leave work without bounds, are errors") {
    CHECK(error_of("memory.quadratic_divisor = 0") == "my.toml: memory.quadratic_divisor is 0");
    CHECK(error_of("memory.model = \"paged\"") ==
          "my.toml: paged memory needs a memory.page_bytes");
    CHECK(error_of("fork = \"osaka\"\nmodexp.divisor = 0") == "my.toml: modexp.divisor is 0");
    CHECK(error_of("[create]\ncode_max = 100\ncode_max_agreed = 200") ==
          "my.toml: create.code_max_agreed is more than create.code_max");
}

TEST_CASE("what is no TOML is an error with its line and column, and never printed raw") {
    CHECK(error_of("[memory\n").starts_with("my.toml:1:"));
    CHECK(error_of("a = \"\x1b[31m\"").find('\x1b') == std::string::npos);
    CHECK(error_of("\"\\u001b[31m\" = 1").find('\x1b') == std::string::npos);
    CHECK(error_of(std::string("a = 1\n\0b = 2", 12)).starts_with("my.toml:2:"));
}

TEST_CASE("rules are asked for by their name or by their file") {
    CHECK(rules_asked_for("eip-7686")->name == "eip-7686");
    CHECK(rules_asked_for("monad-mine").error().ends_with("did you mean 'monad-nine'?"));
    CHECK(
        rules_asked_for("arbitrum").error().starts_with("the rules 'arbitrum' are not supported"));
    CHECK(rules_asked_for("./missing.toml").error() == "./missing.toml: it cannot be read");
    CHECK(rules_asked_for("/").error() == "/: it cannot be read");
}

TEST_CASE("every published set of rules can be had on its fork, and says where it is published") {
    for (const RulePreset& preset : rule_presets()) {
        CAPTURE(preset.name);
        const auto rules = rule_preset(preset.name);
        REQUIRE(rules);
        CHECK(rules->name == preset.name);
        CHECK(contradiction(*rules).empty());
        CHECK_FALSE(preset.source.empty());
        for (const RuleSet::Setting& setting : rules->settings())
            CHECK_MESSAGE(is_in_range(setting.key, setting.number), setting.key.text());
    }
    CHECK(rule_preset("mainnet")->is_plain());
    CHECK_FALSE(rule_preset("monad-ten"));
}
