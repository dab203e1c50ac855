// SPDX-License-Identifier: MIT
#include "traces/input/file_kind.hpp"

#include <doctest/doctest.h>

#include <string>

#include "tests/support/compressing.hpp"
#include "tests/support/reading.hpp"
#include "tests/support/tar_text.hpp"

using namespace evmmem;
using namespace std::string_literals;
using namespace std::string_view_literals;
using traces::file_kind;

TEST_CASE("what is no trace is called by its name, and what to do is said") {
    CHECK(file_kind("PK\3\4...."sv).starts_with("it is a zip archive; unzip"));
    CHECK(file_kind("\xff\xfe{\0"sv) ==
          "it is text in UTF-16; iconv -f UTF-16 -t UTF-8 FILE | evmmem replay -");
    CHECK(file_kind("{\0\"\0"sv) ==
          "it is text in UTF-16; iconv -f UTF-16LE -t UTF-8 FILE | evmmem replay -");
    CHECK(file_kind("\xff\xfe\0\0{\0\0\0"sv).starts_with("it is text in UTF-32"));
    CHECK(file_kind("7z\xbc\xaf\x27\x1c"sv).starts_with("it is a 7z archive"));
    CHECK(file_kind("%PDF-1.7") == "it is a PDF document, not a trace");
    CHECK(file_kind("\n <!DOCTYPE HTML>").starts_with("it is a web page"));
    CHECK(file_kind("0x6080604052\n").starts_with("it is code in hex"));
    CHECK(file_kind(test::gzip("x")).starts_with("it is compressed twice"));
    CHECK(file_kind(test::tar_member("one", "x")).starts_with("it is a tar archive"));
}

TEST_CASE("nothing is said of what is not known") {
    for (const std::string_view text :
         {"", "x", "0x12", "INFO [11-30] starting", "{\"pc\":0}", "[", "MSTORE"})
        CHECK(file_kind(text).empty());
}

TEST_CASE("what begins as no text does is no trace, whatever stands in it") {
    constexpr std::string_view step =
        R"({"pc":0,"op":96,"gas":"0x64","gasCost":"0x3","memSize":0,"stack":[],"depth":1})"
        "\n";
    for (const std::string& begin :
         {"PK\3\4name"s, "\xff\xfe\n"s, "\x89PNG\n"s, test::tar_header("a", step.size())}) {
        const auto reading = test::read(begin + "\n" + std::string{step});
        CHECK(reading.steps.empty());
        REQUIRE(reading.errors.size() == 1);
        CHECK(reading.errors[0].message == traces::binary_kind(begin));
    }
    CHECK(test::read("\xef\xbb\xbf" + std::string{step}).steps.size() == 1);
}

TEST_CASE("a trace is read whatever its first line looks like") {
    constexpr std::string_view step =
        R"({"pc":0,"op":96,"gas":"0x64","gasCost":"0x3","memSize":0,"stack":[],"depth":1})"
        "\n";
    for (const std::string begin : {"#!/bin/sh\n", "0x6080604052\n", "<html>\n", "MZ\n"}) {
        const auto reading = test::read(begin + std::string{step});
        CHECK(reading.errors.empty());
        CHECK(reading.steps.size() == 1);
    }
}
