// SPDX-License-Identifier: MIT
// The members of tar archives, whole, cut, damaged, and hostile.
#include "traces/input/archive.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/support/tar_text.hpp"

using namespace evmmem::traces;
using evmmem::test::tar_end;
using evmmem::test::tar_header;
using evmmem::test::tar_member;
using Kind = Archive::Member::Kind;

namespace {

ReadBytes feeding(std::string_view text, std::size_t piece = 100) {
    return [text, piece](char* target, std::size_t size) mutable {
        const std::size_t count = text.copy(target, std::min(size, piece));
        text.remove_prefix(count);
        return std::expected<std::size_t, TraceError>{count};
    };
}

struct Unpacked {
    std::vector<std::string> names;
    std::vector<std::string> contents;
    std::vector<Kind> kinds;
    std::optional<TraceError> error;
};

Unpacked unpack(std::string_view text, std::size_t piece = 100) {
    Unpacked unpacked;
    Archive archive{feeding(text, piece)};
    for (;;) {
        const auto member = archive.next();
        if (!member) unpacked.error = member.error();
        if (!member || !*member) break;
        unpacked.names.push_back((*member)->name);
        unpacked.kinds.push_back((*member)->kind);
        std::string& content = unpacked.contents.emplace_back();
        std::string buffer(piece, '\0');
        for (;;) {
            const auto count = archive.read(buffer.data(), buffer.size());
            if (!count) unpacked.error = count.error();
            if (!count || *count == 0) break;
            content.append(buffer, 0, *count);
        }
    }
    CHECK_FALSE(archive.next().value_or(std::nullopt).has_value());  // it is at its end
    return unpacked;
}

const std::string first(1300, 'a');
const std::string second(512, 'b');

}  // namespace

TEST_CASE("members come in their order with their names and bytes, for pieces of any size") {
    const std::string text = tar_member("folder/", "", '5') + tar_member("folder/one", first) +
                             tar_member("two:2", second) + tar_member("empty", "") + tar_end();
    REQUIRE(looks_like_tar(text));
    for (const std::size_t piece : {1UL, 7UL, 512UL, 100'000UL}) {
        const Unpacked unpacked = unpack(text, piece);
        CHECK_FALSE(unpacked.error.has_value());
        CHECK(unpacked.names == std::vector<std::string>{"folder/one", "two:2", "empty"});
        CHECK(unpacked.contents == std::vector<std::string>{first, second, ""});
    }
}

TEST_CASE("members that are not read are passed over") {
    const std::string text = tar_member("one", first) + tar_member("two", second) + tar_end();
    Archive archive{feeding(text)};
    REQUIRE(archive.next()->has_value());
    const auto member = archive.next();
    REQUIRE(member->has_value());
    CHECK((*member)->name == "two");
    CHECK((*member)->size == 512);
    std::string buffer(512, '\0');
    CHECK(archive.read(buffer.data(), 512) == 512);
    CHECK(buffer == second);
}

TEST_CASE("links and devices are said to be such, and folders are left out") {
    const Unpacked unpacked =
        unpack(tar_member("file", "x") + tar_member("hard", "", '1') + tar_member("soft", "", '2') +
               tar_member("device", "", '3') + tar_member("fifo", "", '6') + tar_end());
    CHECK_FALSE(unpacked.error.has_value());
    CHECK(unpacked.kinds ==
          std::vector<Kind>{Kind::file, Kind::hard_link, Kind::link, Kind::other, Kind::other});
}

TEST_CASE("names that are too long for a header, or of another alphabet, stand before it") {
    const std::string long_name = std::string(300, 'n') + ".jsonl";
    const std::string gnu = tar_member("././@LongLink", long_name + '\0', 'L');
    const std::string record = "20 path=\xc3\xa9t\xc3\xa9.jsonl\n";
    const std::string pax = tar_member("pax", record, 'x');
    const Unpacked unpacked =
        unpack(gnu + tar_member("cut", first) + pax + tar_member("other", second) + tar_end());
    CHECK_FALSE(unpacked.error.has_value());
    CHECK(unpacked.names == std::vector<std::string>{long_name, "\xc3\xa9t\xc3\xa9.jsonl"});
    CHECK(unpacked.contents == std::vector<std::string>{first, second});
}

TEST_CASE("what is appended to an archive is not lost") {
    const std::string text =
        tar_member("one", first) + tar_end() + tar_member("two", second) + tar_end() + tar_end();
    const Unpacked unpacked = unpack(text);
    CHECK_FALSE(unpacked.error.has_value());
    CHECK(unpacked.names == std::vector<std::string>{"one", "two"});
}

TEST_CASE("a name that was there before gets a number, which no other name has") {
    const Unpacked unpacked =
        unpack(tar_member("one", first) + tar_member("one#2", "x") + tar_member("one", second) +
               tar_member("one", "") + tar_member("one#2", "y") + tar_end());
    CHECK_FALSE(unpacked.error.has_value());
    CHECK(unpacked.names == std::vector<std::string>{"one", "one#2", "one#3", "one#4", "one#2#2"});
    CHECK(unpacked.contents == std::vector<std::string>{first, "x", second, "", "y"});
}

TEST_CASE("an archive that is cut is truncated wherever that is, between two members, too") {
    const std::string text = tar_member("one", first) + tar_member("two", second) + tar_end();
    // One block of zeros is end enough.
    for (std::size_t size = 1; size < text.size() - 512; ++size) {
        CAPTURE(size);
        const Unpacked unpacked = unpack(std::string_view{text}.substr(0, size));
        REQUIRE(unpacked.error.has_value());
        if (size >= 512) CHECK(unpacked.error->kind == TraceError::Kind::truncated);
        if (size >= 512) CHECK(unpacked.error->message == "the tar archive ends too early");
    }
}

TEST_CASE("a damaged header is damage, and what stands before it is handed out") {
    std::string text = tar_member("one", first) + tar_member("two", second) + tar_end();
    text[2048 + 130] = '7';  // the size of the second
    const Unpacked unpacked = unpack(text);
    CHECK(unpacked.names == std::vector<std::string>{"one"});
    CHECK(unpacked.contents == std::vector<std::string>{first});
    REQUIRE(unpacked.error.has_value());
    CHECK(unpacked.error->kind == TraceError::Kind::io);
    CHECK(unpacked.error->message.starts_with("the tar archive is damaged: "));
    CHECK(unpack(tar_member("one", first) + tar_end() + std::string(600, 'x')).error.has_value());
}

TEST_CASE("headers without an end are a limit") {
    std::string text;
    const std::string name(400'000, 'n');
    while (text.size() < Archive::header_max + 2'000'000)
        text += tar_member("././@LongLink", name, 'L');
    const Unpacked unpacked = unpack(text + tar_member("one", "") + tar_end(), 100'000);
    REQUIRE(unpacked.error.has_value());
    CHECK(unpacked.names.empty());
}

TEST_CASE("a sparse member is no plain file, however large its holes are") {
    // GNU's old format: a map of one run of 512 bytes at 2^40 in a file of 2^40 + 512.
    std::string header = tar_header("sparse", 512, 'S');
    const auto put = [&](std::size_t at, std::string_view digits) {
        header.replace(at, digits.size(), digits);
    };
    put(257, std::string_view{"ustar  \0", 8});
    put(386, "07777777777");
    put(398, "00000001000");
    put(483, "07777777777");
    put(148, "        ");
    unsigned sum = 0;
    for (const char c : header)
        sum += static_cast<unsigned char>(c);
    std::string digits(6, '0');
    for (std::size_t i = 6; i-- > 0; sum >>= 3)
        digits[i] = static_cast<char>('0' + (sum & 7));
    put(148, digits);
    header[154] = '\0';
    const Unpacked unpacked = unpack(header + second + tar_end());
    REQUIRE(unpacked.error.has_value());
    CHECK(unpacked.error->message == "the member is a sparse file, with holes");
    for (const std::string& content : unpacked.contents)
        CHECK(content.size() <= 512);
}

TEST_CASE("only a right checksum makes a tar archive") {
    const std::string text = tar_member("one", first) + tar_end();
    CHECK(looks_like_tar(text));
    CHECK_FALSE(looks_like_tar(text.substr(0, 511)));
    CHECK_FALSE(looks_like_tar(std::string(1024, '\0')));
    CHECK_FALSE(looks_like_tar(std::string(1024, '{')));
    std::string other = text;
    other[0] = 'p';
    CHECK_FALSE(looks_like_tar(other));
}

TEST_CASE("an error of the source comes through as it is") {
    const std::string text = tar_member("one", first) + tar_end();
    Archive archive{
        [rest = std::string_view{text}.substr(0, 1000)](
            char* target, std::size_t size) mutable -> std::expected<std::size_t, TraceError> {
            const std::size_t count = rest.copy(target, size);
            rest.remove_prefix(count);
            if (count > 0) return count;
            TraceError error;
            error.kind = TraceError::Kind::limit;
            error.message = "enough";
            return std::unexpected{error};
        }};
    REQUIRE(archive.next()->has_value());
    std::string buffer(5000, '\0');
    std::optional<TraceError> error;
    while (!error) {
        const auto count = archive.read(buffer.data(), buffer.size());
        if (!count) error = count.error();
        if (count && *count == 0) break;
    }
    REQUIRE(error.has_value());
    CHECK(error->message == "enough");
}

TEST_CASE("an archive whose first header is damaged at any byte is still taken for an archive") {
    const std::string whole = tar_member("a.jsonl", "{}") + tar_end();
    for (std::size_t place = 0; place < tar_block; ++place)
        for (const int other : {0x01, 0x10, 0xff}) {
            CAPTURE(place);
            std::string damaged = whole;
            damaged[place] = static_cast<char>(damaged[place] ^ other);
            CHECK(looks_like_tar(damaged) != looks_like_damaged_tar(damaged, "night.tar.gz"));
            // Its own mark may be what was damaged; then the name says it.
            const bool is_mark = place >= 257 && place < 262;
            CHECK((looks_like_tar(damaged) || looks_like_damaged_tar(damaged)) != is_mark);
        }
    CHECK_FALSE(looks_like_damaged_tar(whole));
    CHECK_FALSE(looks_like_damaged_tar(std::string(1024, '\0'), "empty.tar"));
    CHECK(looks_like_empty_tar(std::string(1024, '\0')));
    CHECK_FALSE(looks_like_damaged_tar(std::string(600, ' ') + "{\"pc\":0}", "trace.tar"));
}
