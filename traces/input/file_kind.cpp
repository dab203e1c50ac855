// SPDX-License-Identifier: MIT
#include "file_kind.hpp"

#include <algorithm>
#include <cctype>

#include "archive.hpp"
#include "core/hex.hpp"
#include "decompression.hpp"

namespace evmmem::traces {
namespace {

using namespace std::string_view_literals;

struct Row {
    std::string_view mark;
    std::string_view message;
};

constexpr std::string_view utf16 =
    "it is text in UTF-16; iconv -f UTF-16 -t UTF-8 FILE | evmmem replay -";
constexpr std::string_view picture = "it is a picture, not a trace";
constexpr std::string_view program = "it is a program, not a trace";

// clang-format off
constexpr Row marks[] = {
    {"\xff\xfe\0\0"sv,              "it is text in UTF-32; iconv -f UTF-32 -t UTF-8 FILE | evmmem replay -"},
    {"\0\0\xfe\xff"sv,              "it is text in UTF-32; iconv -f UTF-32 -t UTF-8 FILE | evmmem replay -"},
    {"\xff\xfe"sv,                   utf16},
    {"\xfe\xff"sv,                   utf16},
    {"{\0"sv,                        "it is text in UTF-16; iconv -f UTF-16LE -t UTF-8 FILE | evmmem replay -"},
    {"[\0"sv,                        "it is text in UTF-16; iconv -f UTF-16LE -t UTF-8 FILE | evmmem replay -"},
    {"\0{"sv,                        "it is text in UTF-16; iconv -f UTF-16BE -t UTF-8 FILE | evmmem replay -"},
    {"\0["sv,                        "it is text in UTF-16; iconv -f UTF-16BE -t UTF-8 FILE | evmmem replay -"},
    {"PK\3\4"sv,                     "it is a zip archive; unzip it and replay the folder, or unzip -p FILE MEMBER | evmmem replay -"},
    {"PK\5\6"sv,                     "it is an empty zip archive"},
    {"7z\xbc\xaf\x27\x1c"sv,         "it is a 7z archive; 7z x -so FILE | evmmem replay -"},
    {"Rar!\x1a\x07"sv,               "it is a rar archive; unrar p -inul FILE | evmmem replay -"},
    {"\x04\x22\x4d\x18"sv,           "it is compressed by lz4; lz4 -dc FILE | evmmem replay -"},
    {"LZIP"sv,                       "it is compressed by lzip; lzip -dc FILE | evmmem replay -"},
    {"\x89LZO"sv,                    "it is compressed by lzop; lzop -dc FILE | evmmem replay -"},
    {"\x5d\0\0"sv,                   "it is compressed by lzma; xz -dc --format=lzma FILE | evmmem replay -"},
    {"\x1f\x9d"sv,                   "it is compressed by compress; gzip -dc FILE | evmmem replay -"},
    {"\xff\x06\0\0sNaPpY"sv,         "it is compressed by snappy; snzip -dc FILE | evmmem replay -"},
    {"!<arch>\n"sv,                  "it is an ar archive, not a trace"},
    {"070701"sv,                     "it is a cpio archive; unpack it and replay the folder"},
    {"%PDF-"sv,                      "it is a PDF document, not a trace"},
    {"\x89PNG"sv,                    picture},
    {"\xff\xd8\xff"sv,               picture},
    {"GIF8"sv,                       picture},
    {"\x7f" "ELF"sv,                 program},
    {"\xcf\xfa\xed\xfe"sv,           program},
    {"MZ"sv,                         program},
    {"\0asm"sv,                      program},
    {"#!"sv,                         "it is a script, not a trace"},
    {"SQLite format 3"sv,            "it is an SQLite database, not a trace"},
    {"PAR1"sv,                       "it is a Parquet file, not a trace"},
};

// Of text, in lower case, after blanks.
constexpr Row beginnings[] = {
    {"<!doctype html", "it is a web page, not a trace: perhaps an error that a server showed"},
    {"<html",          "it is a web page, not a trace: perhaps an error that a server showed"},
    {"<?xml",          "it is XML, not a trace"},
    {"|  pc   |",      "it is a table for people; geth's evm prints a trace with --trace.format=json"},
    {"diff --git",     "it is a patch, not a trace"},
};
// clang-format on

/// Whether all of it is one hex number, long enough to be code.
bool is_hex_code(std::string_view text) {
    if (text.starts_with("0x")) text.remove_prefix(2);
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r'))
        text.remove_suffix(1);
    return text.size() >= 8 && are_hex_digits(text);
}

}  // namespace

std::string_view binary_kind(std::string_view begin) {
    if (looks_compressed(begin))
        return "it is compressed twice, and one layer is undone; unpack the outer one first";
    if (looks_like_tar(begin))
        return "it is a tar archive, of which one member is wanted: ARCHIVE:MEMBER; replay takes "
               "all";
    if (looks_like_damaged_tar(begin)) return "it is a tar archive whose first header is damaged";
    // Whether char is signed depends on the machine.
    const auto is_no_text = [](unsigned char c) { return (c < ' ' && c != '\n') || c >= 0x80; };
    for (const Row& row : marks)
        if (begin.starts_with(row.mark) && std::ranges::any_of(row.mark, is_no_text))
            return row.message;
    return {};
}

std::string_view file_kind(std::string_view begin) {
    if (const std::string_view kind = binary_kind(begin); !kind.empty()) return kind;
    if (looks_like_empty_tar(begin))
        return "it begins with zeros only: an empty tar archive, or a file that was not written to "
               "its end";
    for (const Row& row : marks)
        if (begin.starts_with(row.mark)) return row.message;
    begin.remove_prefix(std::min(begin.size(), begin.find_first_not_of(" \t\r\n")));
    for (const Row& row : beginnings) {
        const auto is_same = [](char a, char b) {
            return std::tolower(static_cast<unsigned char>(a)) == b;
        };
        if (begin.size() >= row.mark.size() &&
            std::equal(row.mark.begin(), row.mark.end(), begin.begin(),
                       [&](char b, char a) { return is_same(a, b); }))
            return row.message;
    }
    if (is_hex_code(begin))
        return "it is code in hex, not a trace of it; geth's evm run --trace --codefile FILE "
               "prints one";
    return {};
}

}  // namespace evmmem::traces
