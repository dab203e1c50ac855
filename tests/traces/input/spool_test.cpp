// SPDX-License-Identifier: MIT
#include "traces/input/spool.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "traces/input/byte_source.hpp"

namespace evmmem::traces {
namespace {

std::string read_all(ByteSource& source) {
    std::string text;
    char block[100];
    for (auto count = source.read(block, sizeof block); count && *count > 0;
         count = source.read(block, sizeof block))
        text.append(block, *count);
    return text;
}

}  // namespace

TEST_CASE("what was read once can be read again from the spool, from its beginning each time") {
    std::string text;
    for (int i = 0; i < 1000; ++i)
        text += "line " + std::to_string(i) + "\n";
    Spool original;  // stands for a pipe: written here, read below
    original.write(text);
    REQUIRE(original.error().empty());

    Spool spool;
    auto source = ByteSource::open(original.path(), {.spool = &spool});
    REQUIRE(source);
    CHECK(read_all(*source) == text);
    CHECK(spool.error().empty());
    for (int i = 0; i < 2; ++i) {
        auto again = ByteSource::open(spool.path());
        REQUIRE(again);
        CHECK(read_all(*again) == text);
    }
}

TEST_CASE("a spool that cannot be written says why, and takes everything without complaint") {
    const char* before = std::getenv("TMPDIR");
    const std::string folder = before != nullptr ? before : "";
    ::setenv("TMPDIR", "/nowhere/at/all", 1);
    Spool spool;
    if (before != nullptr)
        ::setenv("TMPDIR", folder.c_str(), 1);
    else
        ::unsetenv("TMPDIR");
    CHECK(spool.error() == "cannot make a temporary file: No such file or directory");
    spool.write(std::string{"text"});
    CHECK_FALSE(spool.error().empty());
}

TEST_CASE("standard input and devices cannot be read twice") {
    CHECK_FALSE(can_be_read_twice("-"));
    CHECK_FALSE(can_be_read_twice("/dev/null"));
    CHECK_FALSE(can_be_read_twice("/nowhere/at/all"));
    CHECK(can_be_read_twice("/proc/self/exe"));
}

}  // namespace evmmem::traces
