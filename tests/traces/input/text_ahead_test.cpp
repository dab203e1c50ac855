// SPDX-License-Identifier: MIT
// Text that a second thread reads: all of it, once, in order, in blocks that end where lines or
// elements do.
#include "traces/input/text_ahead.hpp"

#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/support/compressing.hpp"
#include "traces/input/text_window.hpp"

using namespace evmmem::traces;

namespace {

using Unit = TextAhead::Unit;

std::size_t nothing(std::string_view, std::size_t, bool) {
    return 0;
}

std::string numbered_lines(std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i)
        text += std::string(i * 7919 % 90, 'x') + std::to_string(i) + "\n";
    return text;
}

struct Taken {
    std::vector<std::string> blocks;
    std::vector<bool> are_cut;
    std::optional<TraceError> error;

    std::string text() const {
        std::string text;
        for (const std::string& block : blocks)
            text += block;
        return text;
    }
};

Taken take_all(TextAhead& ahead) {
    Taken taken;
    for (;;) {
        const TextAhead::Block& block = ahead.take();
        taken.blocks.emplace_back(block.text, block.size);
        taken.are_cut.push_back(block.is_cut);
        // Readers look so far beyond.
        CHECK(std::string(block.text + block.size, text_padding) ==
              std::string(text_padding, '\0'));
        taken.error = block.error;
        if (block.is_last) return taken;
        ahead.give_back();
    }
}

Taken take_all(std::string_view text, Unit unit, std::size_t block_size) {
    ByteSource source = ByteSource::over(text);
    const auto ahead = TextAhead::start(source, unit, block_size, nothing);
    REQUIRE(ahead);
    return take_all(*ahead);
}

}  // namespace

TEST_CASE("all lines come, whole, in order") {
    const std::string text = numbered_lines(3000);
    for (const std::size_t size : {100, 1000, 4096, 1 << 20}) {
        CAPTURE(size);
        const Taken taken = take_all(text, Unit::line, size);
        CHECK(taken.text() == text);
        CHECK_FALSE(taken.error);
        CHECK(taken.blocks.size() >= text.size() / size);
        for (std::size_t i = 0; i + 1 < taken.blocks.size(); ++i) {
            CHECK(taken.blocks[i].ends_with('\n'));
            CHECK(taken.are_cut[i]);
        }
        CHECK_FALSE(taken.are_cut.back());
    }
}

TEST_CASE("a line longer than a block comes in several, none of which ends where a line does") {
    const std::string text = "a\n" + std::string(1000, 'x') + "\nb\nlast";
    const Taken taken = take_all(text, Unit::line, 100);
    CHECK(taken.text() == text);
    CHECK(taken.blocks[0] == "a\n");
    CHECK(taken.blocks[1] == std::string(198, 'x'));
    CHECK_FALSE(taken.are_cut[1]);
}

TEST_CASE("a document's blocks end after an element, where that is clear") {
    std::string elements;
    for (int i = 0; i < 200; ++i)
        elements += std::string{i == 0       ? ""
                                : i % 2 == 0 ? ","
                                             : " ,\n "} +
                    R"({"n":[1,2],"i":)" + std::to_string(i) + "}";
    const std::string text = R"({"structLogs":[)" + elements + "]}";
    const Taken taken = take_all(text, Unit::element, 300);
    CHECK(taken.text() == text);
    for (std::size_t i = 0; i + 1 < taken.blocks.size(); ++i) {
        CHECK(taken.are_cut[i]);
        CHECK(taken.blocks[i].ends_with('}'));
    }
    const std::string plain(1000, '[');
    CHECK(take_all(plain, Unit::element, 300).text() == plain);
}

TEST_CASE("no text at all is one block without any") {
    const Taken taken = take_all("", Unit::line, 100);
    CHECK(taken.blocks == std::vector<std::string>{""});
    CHECK_FALSE(taken.error);
}

TEST_CASE("an error comes after all the text before it") {
    const std::string text = numbered_lines(1000);
    std::string packed = evmmem::test::gzip(text);
    packed.resize(packed.size() / 2);
    const Taken taken = take_all(packed, Unit::line, 1000);
    REQUIRE(taken.error);
    CHECK(taken.error->kind == TraceError::Kind::truncated);
    CHECK(taken.text().size() > 1000);
    CHECK(text.starts_with(taken.text()));
}

namespace {

/// Waits for calls from other threads.
class Calls {
public:
    void count() {
        {
            const std::lock_guard lock{mutex_};
            ++count_;
        }
        changed_.notify_all();
    }
    void wait_for(std::size_t count) {
        std::unique_lock lock{mutex_};
        changed_.wait(lock, [&] { return count_ >= count; });
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::size_t count_ = 0;
};

}  // namespace

TEST_CASE("blocks are prepared while none is taken, as many as there are places") {
    const std::string text = numbered_lines(1000);
    std::array<std::string, TextAhead::block_count> prepared;
    std::atomic<std::size_t> made = 0;
    Calls calls;
    ByteSource source = ByteSource::over(text);
    const auto ahead = TextAhead::start(
        source, Unit::line, 500, [&](std::string_view block, std::size_t place, bool is_second) {
            // Once blocks are taken, the first may make some, too.
            if (made++ < TextAhead::block_count) CHECK(is_second);
            prepared[place] = block;
            calls.count();
            return std::size_t{0};
        });
    REQUIRE(ahead);
    calls.wait_for(TextAhead::block_count);
    for (std::size_t i = 0; i < TextAhead::block_count; ++i) {
        const TextAhead::Block& block = ahead->take();
        CHECK(block.is_prepared);
        CHECK(block.number == i + 1);
        CHECK(prepared[block.place] == std::string(block.text, block.size));
        ahead->give_back();
    }
}

TEST_CASE("a block whose preparing fails comes without") {
    Calls calls;
    const std::string text = numbered_lines(100);
    ByteSource source = ByteSource::over(text);
    const auto ahead = TextAhead::start(source, Unit::line, 500,
                                        [&](std::string_view, std::size_t, bool) -> std::size_t {
                                            calls.count();
                                            throw std::bad_alloc{};
                                        });
    REQUIRE(ahead);
    calls.wait_for(TextAhead::block_count);
    const TextAhead::Block& block = ahead->take();
    CHECK_FALSE(block.is_prepared);
    const std::string first(block.text, block.size);
    ahead->give_back();
    CHECK(first + take_all(*ahead).text() == text);
}

TEST_CASE("what is left is not waited for") {
    const std::string text = numbered_lines(10000);
    for (int blocks = 0; blocks < 9; ++blocks) {
        ByteSource source = ByteSource::over(text);
        const auto ahead = TextAhead::start(source, Unit::line, 200, nothing);
        for (int i = 0; i < blocks; ++i) {
            static_cast<void>(ahead->take());
            if (i != 0) ahead->give_back();
        }
    }
}

TEST_CASE("a window shows the same text, read ahead or not, however much of it is kept") {
    const std::string text = numbered_lines(20'000);
    for (const std::size_t block_size : {100, 3000, 100'000, 1 << 19})
        for (const std::size_t kept_most : {0, 50, 5000, 90'000, 300'000}) {
            CAPTURE(block_size);
            CAPTURE(kept_most);
            TextWindow window{ByteSource::over(text)};
            window.read_ahead({.is_wanted = true, .after = 1, .block_size = block_size}, Unit::line,
                              nothing);
            std::string seen;
            std::size_t kept = 0;
            for (;;) {
                const auto more = window.extend();
                REQUIRE(more);
                if (!*more) break;
                // What was kept is there, then something new.
                const std::string_view now = window.text();
                REQUIRE(now.size() > kept);
                REQUIRE(text.substr(seen.size(), now.size()) == now);
                REQUIRE(std::string_view{now.data() + now.size(), text_padding} ==
                        std::string_view{std::string(text_padding, '\0')});
                kept = std::min(now.size(), (seen.size() * 7919 + 13) % (kept_most + 1));
                seen += now.substr(0, now.size() - kept);
                window.take(now.size() - kept);
                REQUIRE(window.bytes_taken() == seen.size());
            }
            CHECK(seen + std::string{window.text()} == text);
        }
}
