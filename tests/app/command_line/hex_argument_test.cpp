// SPDX-License-Identifier: MIT
#include "app/command_line/hex_argument.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

using evmmem::app::read_hex_argument;
using Bytes = std::vector<std::uint8_t>;

TEST_CASE("bytes are read from hex text with or without a prefix") {
    CHECK(read_hex_argument("0x6001").value() == Bytes{0x60, 0x01});
    CHECK(read_hex_argument("aB").value() == Bytes{0xab});
    CHECK(read_hex_argument("").value().empty());
    CHECK(read_hex_argument("0x").value().empty());
}

TEST_CASE("bytes are read from a file, blanks around them do not matter") {
    std::string path = std::filesystem::temp_directory_path() / "evmmem_hex_XXXXXX";
    const int descriptor = mkstemp(path.data());
    REQUIRE(descriptor >= 0);
    close(descriptor);
    std::ofstream{path} << " 0x6001\n";
    CHECK(read_hex_argument("@" + path).value() == Bytes{0x60, 0x01});
    unlink(path.c_str());
}

TEST_CASE("what is no bytes is said to be none, and why") {
    CHECK(read_hex_argument("0x123").error() == "3 hex digits are no whole bytes");
    CHECK(read_hex_argument("0xzz").error() == "expected hex digits, found zz");
    CHECK(read_hex_argument("\x1b\x1b").error() == "expected hex digits, found \\x1b\\x1b");
    CHECK(read_hex_argument("@/nowhere/at/all").error() ==
          "cannot read /nowhere/at/all: No such file or directory");
    CHECK(read_hex_argument("@/").error() == "cannot read /: Is a directory");
}
