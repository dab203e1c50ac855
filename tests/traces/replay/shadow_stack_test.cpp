// SPDX-License-Identifier: MIT
// A stack as text: where its untouched part ends, in every spelling that clients have.
#include "traces/replay/shadow_stack.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace evmmem;
using namespace evmmem::traces;

namespace {

/// A step whose stack is printed as `text`; its operands are found as the readers find them.
Step step_with(const std::string& text) {
    Step step;
    step.has_stack = true;
    step.stack_text = text;
    std::vector<const char*> begins;
    for (std::size_t at = text.find('"'); at != std::string::npos;
         at = text.find('"', text.find('"', at + 1) + 1))
        begins.push_back(text.data() + at);
    step.stack_size = static_cast<std::uint32_t>(begins.size());
    step.operand_count = std::min<std::uint32_t>(step.stack_size, operands_max);
    for (std::size_t i = 0; i < step.operand_count; ++i)
        step.operand_text[i] = begins[begins.size() - 1 - i];
    return step;
}

}  // namespace

TEST_CASE("the untouched part ends with the item below those that are touched") {
    const std::string compact = R"("0x1","0x22","0x3")";
    const std::string spread = "\n  \"0x1\",\n  \"0x22\",\n  \"0x3\"\n";
    for (const std::string& text : {compact, spread}) {
        CAPTURE(text);
        ShadowStacks stacks;
        stacks.push();
        for (std::uint32_t touched = 0; touched <= 3; ++touched) {
            stacks.follow(step_with(text), touched, 0);
            REQUIRE(stacks.current().tells_staying);
            CHECK(stacks.current().staying_items == 3 - touched);
            const std::string stays = text.substr(0, stacks.current().staying_size);
            CHECK(std::ranges::count(stays, '"') == 2 * (3 - touched));
            CHECK((stays.empty() || stays.back() == '"'));
        }
        stacks.follow(step_with(text), 4, 0);
        CHECK_FALSE(stacks.current().tells_staying);
        stacks.follow(step_with(text), std::nullopt, 0);
        CHECK_FALSE(stacks.current().tells_staying);
    }
}

TEST_CASE("more items than a step has operands are found in the text") {
    std::string text;
    for (int i = 0; i < 20; ++i)
        text += (i == 0 ? "\"0x" : ",\"0x") + std::to_string(100 + i) + "\"";
    ShadowStacks stacks;
    stacks.push();
    for (std::uint32_t touched = 8; touched <= 17; ++touched) {
        stacks.follow(step_with(text), touched, 0);
        REQUIRE(stacks.current().tells_staying);
        CHECK(stacks.current().staying_size == (20 - touched) * 8 - 1);
    }
}

TEST_CASE("a part that stays may be followed by anything, and must be there whole") {
    ShadowStacks stacks;
    stacks.push();
    const std::string text = R"("0x1","0x2","0x3")";
    stacks.follow(step_with(text), 1, 0);
    CHECK(stacks.stays_in(R"("0x1","0x2")"));
    CHECK(stacks.stays_in(R"("0x1","0x2","0x4","0x5")"));
    CHECK_FALSE(stacks.stays_in(R"("0x1","0x22")"));
    CHECK_FALSE(stacks.stays_in(R"("0x1")"));
    CHECK_FALSE(stacks.stays_in(""));
}

TEST_CASE("only what differs is copied, and a caller's text outlives its callee's") {
    ShadowStacks stacks;
    stacks.push();
    const std::string first = R"("0x1","0x2","0x3")";
    const std::string second = R"("0x1","0x2","0x44")";
    stacks.follow(step_with(first), 1, 0);
    stacks.follow(step_with(second), 0, stacks.current().staying_size);
    CHECK(stacks.text() == second);
    stacks.push();
    stacks.follow(step_with(std::string(70'000, ' ')), 0, 0);
    stacks.pop();
    CHECK(stacks.text() == second);
}

TEST_CASE("all frames together keep no more text than they may") {
    ShadowStacks stacks;
    const std::string large(ShadowStacks::text_max / 2 + 1, ' ');
    stacks.push();
    stacks.follow(step_with(large), 0, 0);
    CHECK(stacks.current().is_known);
    stacks.push();
    stacks.follow(step_with(large), 0, 0);
    CHECK_FALSE(stacks.current().is_known);
    CHECK(stacks.text().empty());
    stacks.pop();
    CHECK(stacks.text() == large);
}

TEST_CASE("an unquoted number has no certain end") {
    ShadowStacks stacks;
    stacks.push();
    const std::string text = R"(12,"0x3")";
    Step step = step_with(text);
    step.stack_size = 2;
    stacks.follow(step, 1, 0);
    CHECK_FALSE(stacks.current().tells_staying);
}

TEST_CASE("items are read in order, and what is no hex in quotes is no word") {
    std::vector<std::optional<Word>> items;
    read_items(R"("0x1", "02",3,"zz","0x)" + std::string(65, '1') + R"(","0xff")", items);
    REQUIRE(items.size() == 6);
    CHECK(items[0] == Word{1});
    CHECK(items[1] == Word{2});
    CHECK_FALSE(items[2]);
    CHECK_FALSE(items[3]);
    CHECK_FALSE(items[4]);
    CHECK(items[5] == Word{0xff});
}
