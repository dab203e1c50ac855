// SPDX-License-Identifier: MIT
// Bytes from files, FIFOs and memory, plain or compressed, whole or damaged.
#include "traces/input/byte_source.hpp"

#include <doctest/doctest.h>
#include <lzma.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "tests/support/compressing.hpp"
#include "tests/support/reading.hpp"

using namespace evmmem::traces;
using evmmem::test::bzip2;
using evmmem::test::gzip;
using evmmem::test::name;
using evmmem::test::packed;
using evmmem::test::Packing;
using evmmem::test::packings;
using evmmem::test::read;
using evmmem::test::read_file;
using evmmem::test::xz;
using evmmem::test::zstd;

namespace {

struct Outcome {
    std::string bytes;
    std::optional<TraceError> error;
};

Outcome drain(ByteSource source, std::size_t piece = 1000) {
    Outcome outcome;
    std::string buffer(piece, '\0');
    for (;;) {
        const auto count = source.read(buffer.data(), buffer.size());
        if (!count) outcome.error = count.error();
        if (!count || *count == 0) return outcome;
        outcome.bytes.append(buffer, 0, *count);
    }
}

std::string numbers(int count) {
    std::string text;
    for (int i = 0; i < count; ++i)
        text += std::to_string(i * 2654435761U) + "\n";
    return text;
}

/// A folder of its own for a test's files, gone with it.
class Folder {
public:
    Folder() {
        std::string pattern = std::filesystem::temp_directory_path() / "evmmem-test-XXXXXX";
        REQUIRE(::mkdtemp(pattern.data()) != nullptr);
        path_ = pattern;
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() {
        for (const std::string& file : files_)
            ::unlink(file.c_str());
        ::rmdir(path_.c_str());
    }
    std::string file(const std::string& name) {
        files_.push_back(path_ + "/" + name);
        return files_.back();
    }
    std::string file(const std::string& name, std::string_view content) {
        const std::string path = file(name);
        std::ofstream{path, std::ios::binary} << content;
        return path;
    }
    const std::string& path() const { return path_; }

private:
    std::string path_;
    std::vector<std::string> files_;
};

constexpr std::string_view line =
    R"({"pc":0,"op":96,"gas":"0x64","gasCost":"0x3","memSize":0,"stack":[],"depth":1})"
    "\n";

}  // namespace

TEST_CASE("plain and compressed text give the same bytes, in pieces of any size") {
    const std::string text = numbers(100'000);
    for (const std::string& packed : {text, gzip(text), zstd(text), xz(text), bzip2(text)}) {
        for (const std::size_t piece : {1UL, 7UL, 1000UL, 10'000'000UL}) {
            const Outcome outcome = drain(ByteSource::over(packed), piece);
            CHECK_FALSE(outcome.error.has_value());
            CHECK((outcome.bytes == text));
        }
    }
}

TEST_CASE("members and frames one after the other are one text") {
    const std::string a = numbers(1000);
    const std::string b = numbers(10);
    CHECK((drain(ByteSource::over(gzip(a) + gzip(b))).bytes == a + b));
    CHECK((drain(ByteSource::over(zstd(a) + zstd(b))).bytes == a + b));
    CHECK((drain(ByteSource::over(xz(a) + std::string(8, '\0') + xz(b))).bytes == a + b));
    CHECK((drain(ByteSource::over(bzip2(a) + bzip2(b))).bytes == a + b));
    for (const Packing packing : packings)
        CHECK((drain(ByteSource::over(packed("", packing) + packed(b, packing))).bytes == b));
    const std::string skippable{"\x50\x2a\x4d\x18\x04\x00\x00\x00skip", 12};
    CHECK((drain(ByteSource::over(skippable + zstd(b))).bytes == b));
}

TEST_CASE(
    "zeros after a gzip member are padding, as for gzip itself; in it, and other bytes, damage") {
    const std::string text = numbers(1000);
    const std::string zeros(300'000, '\0');
    for (const std::size_t piece : {1, 512, 100'000}) {
        for (const std::string& input :
             {gzip(text) + zeros, gzip(text) + zeros.substr(0, 1),
              gzip(text.substr(0, 50)) + zeros + gzip(text.substr(50)) + zeros}) {
            const Outcome outcome = drain(ByteSource::over(input), piece);
            CHECK((outcome.bytes == text));
            CHECK_FALSE(outcome.error);
        }
        const std::string cut = gzip(text).substr(0, 500) + zeros;
        CHECK(drain(ByteSource::over(cut), piece).error);
        const Outcome garbage = drain(ByteSource::over(gzip(text) + zeros + "garbage"), piece);
        CHECK((garbage.bytes == text));
        REQUIRE(garbage.error);
        CHECK(garbage.error->kind == TraceError::Kind::io);
        for (const std::string& other : {zstd(text), bzip2(text)})
            CHECK(drain(ByteSource::over(other + zeros), piece).error);
    }
}

TEST_CASE("inputs too short for magic bytes are plain") {
    for (const std::string text : {"", "a", "\x1f", "\x28\xb5\x2f", "\xfd\x37\x7a", "BZh"}) {
        const Outcome outcome = drain(ByteSource::over(text));
        CHECK(outcome.bytes == text);
        CHECK_FALSE(outcome.error.has_value());
    }
}

TEST_CASE("compressed input that stops short is truncated wherever it stops") {
    const std::string text = numbers(300);
    for (const Packing packing : packings) {
        const std::string whole = packed(text, packing);
        for (std::size_t size = 4; size < whole.size(); ++size) {
            CAPTURE(size);
            const Outcome outcome =
                drain(ByteSource::over(std::string_view{whole}.substr(0, size)));
            REQUIRE(outcome.error.has_value());
            CHECK(outcome.error->kind == TraceError::Kind::truncated);
            CHECK(outcome.error->message ==
                  "the " + std::string{name(packing)} + " data end too early");
        }
    }
}

TEST_CASE("what stands before a compressed input's early end is the same in whatever pieces") {
    const std::string text = std::string(1000, '*') + numbers(30) + std::string(1000, '*');
    for (const Packing packing : packings) {
        const std::string whole = packed(text, packing);
        for (std::size_t size = 4; size < whole.size(); ++size) {
            CAPTURE(name(packing));
            CAPTURE(size);
            const auto cut = std::string_view{whole}.substr(0, size);
            const Outcome expected = drain(ByteSource::over(cut), 10'000);
            for (const std::size_t piece : {1UL, 16UL, 100UL}) {
                const Outcome outcome = drain(ByteSource::over(cut), piece);
                CHECK((outcome.bytes == expected.bytes));
                REQUIRE(outcome.error.has_value());
                CHECK(outcome.error->kind == TraceError::Kind::truncated);
            }
        }
    }
}

TEST_CASE("compressed input that is damaged is never taken for whole") {
    const std::string text = numbers(300);
    for (const Packing packing : packings) {
        const std::string whole = packed(text, packing);
        for (std::size_t at = 4; at < whole.size(); ++at) {
            // Of gzip's header, the time, the extra flags and the system change nothing.
            if (packing == Packing::gzip && at < 10) continue;
            std::string damaged = whole;
            damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
            CAPTURE(at);
            const Outcome outcome = drain(ByteSource::over(damaged));
            CHECK((outcome.error.has_value() || outcome.bytes == text));
            // Checksum and length; of bzip2's last byte some bits may be of no use.
            const bool is_useless = packing == Packing::bzip2 && at + 1 == whole.size();
            if (at + 8 >= whole.size() && !is_useless) CHECK(outcome.error.has_value());
        }
    }
    std::string damaged = gzip(text);
    damaged[damaged.size() - 5] = static_cast<char>(damaged[damaged.size() - 5] ^ 1);
    CHECK(drain(ByteSource::over(damaged)).error->message ==
          "the gzip data are damaged: incorrect data check");
    damaged = zstd(text);
    damaged.back() = static_cast<char>(damaged.back() ^ 1);
    CHECK(drain(ByteSource::over(damaged)).error->message ==
          "the zstd data are damaged: Restored data doesn't match checksum");
    CHECK(drain(ByteSource::over(gzip(text) + "garbage")).error->message ==
          "the gzip data are damaged: incorrect header check");
    damaged = xz(text);
    damaged.back() = static_cast<char>(damaged.back() ^ 1);
    CHECK(drain(ByteSource::over(damaged)).error->message == "the xz data are damaged: corrupt");
    CHECK(drain(ByteSource::over(xz(text) + "garbage, twelve")).error->message ==
          "the xz data are damaged: corrupt");
    CHECK(drain(ByteSource::over(bzip2(text) + "garbage")).error->message ==
          "the bzip2 data are damaged: no bzip2 header where one should be");
}

TEST_CASE("what stands before damage is the same in whatever pieces it is read") {
    const std::string text = numbers(60'000);  // several blocks of zstd
    for (const Packing packing : packings) {
        const std::string whole = packed(text, packing);
        for (std::size_t part = 1; part < 8; ++part) {
            const std::size_t at = whole.size() * part / 8;
            CAPTURE(name(packing));
            CAPTURE(part);
            std::string damaged = whole;
            for (std::size_t i = 0; i < 4; ++i)
                damaged[at + i] = static_cast<char>(damaged[at + i] ^ 0x5a);
            const Outcome expected = drain(ByteSource::over(damaged), 1);
            REQUIRE(expected.error.has_value());
            for (const std::size_t piece : {100UL, 131'072UL, 200'000UL, 10'000'000UL}) {
                const Outcome outcome = drain(ByteSource::over(damaged), piece);
                CHECK((outcome.bytes == expected.bytes));
                REQUIRE(outcome.error.has_value());
                CHECK(outcome.error->message == expected.error->message);
            }
        }
    }
}

TEST_CASE("what a pipe gives byte by byte is undone as what a file gives at once") {
    const std::string text = numbers(30'000);
    for (const Packing packing : packings) {
        const std::string whole = packed(text, packing);
        Folder folder;
        const std::string path = folder.file("fifo");
        REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
        std::thread writer{[&] {
            std::FILE* file = std::fopen(path.c_str(), "w");
            for (std::size_t i = 0; i < whole.size(); ++i) {
                std::fputc(whole[i], file);
                if (i % 7 == 0) std::fflush(file);
            }
            std::fclose(file);
        }};
        const Outcome outcome = drain(*ByteSource::open(path), 3000);
        writer.join();
        CHECK_FALSE(outcome.error.has_value());
        CHECK((outcome.bytes == text));
    }
}

TEST_CASE("input that swells beyond the ratio is refused, at the same byte for all pieces") {
    const std::string text = numbers(10) + std::string(20'000'000, '\n');
    for (const Packing packing : packings) {
        CAPTURE(name(packing));
        const std::string whole = packed(text, packing);
        const std::uint64_t ratio = text.size() / whole.size();
        CHECK(
            (drain(ByteSource::over(whole, {.swelling = {2 * ratio, 1 << 24}}), 1'000'000).bytes ==
             text));
        std::size_t size = 0;
        for (const std::size_t piece : {40'000UL, 50'000'000UL}) {
            const Outcome outcome =
                drain(ByteSource::over(whole, {.swelling = {ratio / 2, 1 << 24}}), piece);
            REQUIRE(outcome.error.has_value());
            CHECK(outcome.error->kind == TraceError::Kind::limit);
            const std::string max = std::to_string(ratio / 2);
            CHECK(outcome.error->message == "decompresses to more than " + max +
                                                " times its size, as no trace does; --max-ratio " +
                                                max + "0 raises the limit");
            if (size == 0) size = outcome.bytes.size();
            CHECK(outcome.bytes.size() == size);
        }
        CHECK(size == 1 << 24);
    }
}

TEST_CASE("a small input may swell as it likes") {
    const std::string text(60'000'000, '\n');
    CHECK((drain(ByteSource::over(zstd(text), {.swelling = {.ratio_max = 1}}), 1'000'000).bytes ==
           text));
}

TEST_CASE("a zstd window that is too large is a limit, and what to do is said") {
    // A frame header: no checksum, no size, a window of 2^31.
    const std::string header{"\x28\xb5\x2f\xfd\x00\xa8\x01\x00\x00", 9};
    const Outcome outcome = drain(ByteSource::over(header));
    REQUIRE(outcome.error.has_value());
    CHECK(outcome.error->kind == TraceError::Kind::limit);
    CHECK(outcome.error->message ==
          "the zstd data need a window of more than 128 MiB; unpack them by zstd -dc --long=31");
}

TEST_CASE("an xz window that is too large is a limit, and what to do is said") {
    lzma_options_lzma options{};
    REQUIRE_FALSE(::lzma_lzma_preset(&options, 0));
    const lzma_filter filters[] = {{LZMA_FILTER_LZMA2, &options}, {LZMA_VLI_UNKNOWN, nullptr}};
    lzma_stream stream = LZMA_STREAM_INIT;
    std::string packed(1000, '\0');
    options.dict_size = (std::uint32_t{128} << 20) + 1;
    REQUIRE(::lzma_stream_encoder(&stream, filters, LZMA_CHECK_CRC32) == LZMA_OK);
    stream.next_in = reinterpret_cast<const std::uint8_t*>("text");
    stream.avail_in = 4;
    stream.next_out = reinterpret_cast<std::uint8_t*>(packed.data());
    stream.avail_out = packed.size();
    REQUIRE(::lzma_code(&stream, LZMA_FINISH) == LZMA_STREAM_END);
    packed.resize(packed.size() - stream.avail_out);
    ::lzma_end(&stream);
    const Outcome outcome = drain(ByteSource::over(packed));
    REQUIRE(outcome.error.has_value());
    CHECK(outcome.error->kind == TraceError::Kind::limit);
    CHECK(outcome.error->message ==
          "the xz data need a window of more than 128 MiB; unpack them by xz -dc");
}

TEST_CASE("the beginning of a source can be looked at, and is read all the same") {
    const std::string text = numbers(1000);
    for (const std::string& content : {text, gzip(text), bzip2(text)}) {
        ByteSource source = ByteSource::over(content);
        CHECK(source.begin() == text.substr(0, 512));
        CHECK((drain(std::move(source), 100).bytes == text));
    }
    ByteSource nothing = ByteSource::over("");
    CHECK(nothing.begin() == "");
    const std::string cut = gzip(text).substr(0, 30);
    ByteSource damaged = ByteSource::over(cut);
    static_cast<void>(damaged.begin());
    const Outcome outcome = drain(std::move(damaged));
    REQUIRE(outcome.error.has_value());  // looked at before, and not forgotten
    CHECK(outcome.error->kind == TraceError::Kind::truncated);
    CHECK((outcome.bytes == drain(ByteSource::over(cut)).bytes));
}

namespace {

/// The same bytes, of which every second piece is claimed, and read when all others have been.
std::string drain_by_claims(ByteSource source, std::size_t piece, std::size_t size) {
    std::string bytes(size + 2 * piece, '\0');
    std::vector<std::size_t> claimed;
    std::vector<std::uint64_t> places;
    std::size_t at = 0;
    while (at < size) {
        if (const auto place = source.claim(piece)) {
            claimed.push_back(at);
            places.push_back(*place);
            at += piece;
        }
        const auto count = source.read(bytes.data() + at, std::min(piece, bytes.size() - at));
        REQUIRE(count);
        if (*count == 0) break;
        at += *count;
    }
    for (std::size_t i = claimed.size(); i-- > 0;) {
        std::size_t count = 0;
        while (count < piece) {
            const auto more =
                source.read_at(places[i] + count, bytes.data() + claimed[i] + count, piece - count);
            REQUIRE(more);
            if (*more == 0) break;
            count += *more;
        }
    }
    bytes.resize(size);
    return bytes;
}

}  // namespace

TEST_CASE("what is claimed of a file or a text can be read whenever, and is passed over") {
    Folder folder;
    const std::string text = numbers(10'000);
    const std::string path = folder.file("plain", text);
    for (const std::size_t piece : {1, 7, 1000, 65'536, 200'000}) {
        CAPTURE(piece);
        CHECK((drain_by_claims(ByteSource::over(text), piece, text.size()) == text));
        CHECK((drain_by_claims(*ByteSource::open(path), piece, text.size()) == text));
        ByteSource begun = *ByteSource::open(path);
        REQUIRE(begun.begin());
        CHECK((drain_by_claims(std::move(begun), piece, text.size()) == text));
    }
    ByteSource source = *ByteSource::open(path);
    std::string some(1000, '\0');
    std::size_t count = 0;
    std::optional<std::uint64_t> beyond;
    while (!(beyond = source.claim(2 * text.size())))
        count += *source.read(some.data(), some.size());
    CHECK(*beyond == count);
    CHECK(source.read_at(*beyond + text.size(), some.data(), some.size()) == 0);
    CHECK(source.read(some.data(), some.size()) == 0);
}

TEST_CASE("nothing can be claimed of what only comes in its order") {
    const std::string text = numbers(1000);
    std::string some(100, '\0');
    for (const std::string& content : {gzip(text), zstd(text), bzip2(text), xz(text)}) {
        ByteSource source = ByteSource::over(content);
        CHECK_FALSE(source.claim(10));  // not even known to be compressed
        REQUIRE(source.read(some.data(), some.size()) == some.size());
        CHECK_FALSE(source.claim(10));
    }
    ByteSource asked = ByteSource::from([&](char* target, std::size_t size) {
        return std::expected<std::size_t, TraceError>{text.copy(target, size)};
    });
    REQUIRE(asked.read(some.data(), some.size()) == some.size());
    CHECK_FALSE(asked.claim(10));
    Folder folder;
    const std::string path = folder.file("plain", text);
    Spool spool;
    ByteSource kept = *ByteSource::open(path, {.spool = &spool});
    REQUIRE(kept.read(some.data(), some.size()) == some.size());
    CHECK_FALSE(kept.claim(10));
}

TEST_CASE("steps that were read before damage are replayed, and then the damage is reported") {
    std::string text;
    for (int i = 0; i < 1000; ++i)
        text += line;
    for (const Packing packing : packings) {
        const std::string last = packed(line, packing);
        const auto reading = read(packed(text, packing) + last.substr(0, last.size() - 3));
        CHECK(reading.steps.size() >= 1000);
        REQUIRE(reading.errors.size() == 1);
        CHECK(reading.errors[0].kind == TraceError::Kind::truncated);
        CHECK(reading.errors[0].line == reading.steps.size() + 1);
    }
}

TEST_CASE("reading ends when it is cancelled") {
    Folder folder;
    const std::string path = folder.file("plain", std::string{line} + std::string{line});
    const auto outcome = drain(*ByteSource::open(path, {.is_cancelled = [] { return true; }}));
    REQUIRE(outcome.error.has_value());
    CHECK(outcome.bytes.empty());
    CHECK(outcome.error->message == "cannot be read: Interrupted system call");
}

TEST_CASE("only one layer of compression is undone") {
    const std::string inner = gzip("text");
    CHECK((drain(ByteSource::over(gzip(inner))).bytes == inner));
    const auto reading = read(zstd(gzip(std::string{line})));
    REQUIRE(reading.errors.size() == 1);
    CHECK(reading.errors[0].kind == TraceError::Kind::not_a_trace);
    CHECK(reading.errors[0].message ==
          "it is compressed twice, and one layer is undone; unpack the outer one first");
}

TEST_CASE("a compressed trace reads as the plain one does") {
    std::string text;
    for (int i = 0; i < 20'000; ++i)
        text += line;
    CHECK(read(text).steps.size() == 20'000);
    for (const Packing packing : packings)
        CHECK(read(packed(text, packing)).steps.size() == 20'000);
    const auto reading = read(std::string_view{gzip(text)}.substr(0, 2000));
    CHECK(reading.steps.size() > 0);
    REQUIRE(reading.errors.size() == 1);
    CHECK(reading.errors[0].kind == TraceError::Kind::truncated);
}

TEST_CASE("files that cannot be read say why") {
    Folder folder;
    const auto message = [](const std::string& path) {
        const auto reading = read_file(path);
        REQUIRE(reading.errors.size() == 1);
        CHECK(reading.errors[0].kind == TraceError::Kind::io);
        CHECK(reading.errors[0].line == 0);
        return reading.errors[0].message;
    };
    CHECK(message(folder.path() + "/missing") == "cannot be opened: there is no such file");
    CHECK(message(folder.path()) == "cannot be read: it is a directory, not a file");
    CHECK(message("/dev/null/x") == "cannot be opened: Not a directory");
    const std::string locked = folder.file("locked", line);
    ::chmod(locked.c_str(), 0);
    if (::geteuid() != 0) CHECK(message(locked) == "cannot be opened: permission denied");
}

TEST_CASE("endless nothing is no trace") {
    const auto reading = read_file("/dev/zero");
    REQUIRE(reading.errors.size() == 1);
    CHECK(reading.errors[0].kind == TraceError::Kind::not_a_trace);
    CHECK(read_file("/dev/null").errors.at(0).message == "the input is empty");
}

TEST_CASE("a FIFO is read as it is written, byte by byte if need be") {
    Folder folder;
    const std::string path = folder.file("fifo");
    REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    for (const std::string& content :
         {std::string{line}, gzip(line), zstd(line), xz(line), bzip2(line)}) {
        std::thread writer{[&] {
            std::FILE* file = std::fopen(path.c_str(), "w");
            for (const char c : content) {
                std::fputc(c, file);
                std::fflush(file);
            }
            std::fclose(file);
        }};
        const auto reading = read_file(path);
        writer.join();
        CHECK(reading.errors.empty());
        CHECK(reading.steps.size() == 1);
    }
}

TEST_CASE("a second thread that decompresses changes nothing, whole, damaged, or left half-way") {
    Folder folder;
    const std::string text = numbers(400'000);
    for (const Packing packing : packings) {
        const std::string whole = packed(text, packing);
        std::string damaged = whole;
        damaged[whole.size() * 3 / 4] = static_cast<char>(damaged[whole.size() * 3 / 4] ^ 0x55);
        for (const std::string& content : {whole, whole.substr(0, whole.size() - 10), damaged}) {
            const std::string path = folder.file("whole", content);
            auto alone = ByteSource::open(path);
            auto helped = ByteSource::open(path);
            REQUIRE(alone.has_value());
            REQUIRE(helped.has_value());
            helped->read_ahead();
            const Outcome expected = drain(std::move(*alone), 100'000);
            const Outcome outcome = drain(std::move(*helped), 100'000);
            CHECK((outcome.bytes == expected.bytes));
            REQUIRE(outcome.error.has_value() == expected.error.has_value());
            if (expected.error) {
                CHECK(outcome.error->message == expected.error->message);
                CHECK(outcome.error->kind == expected.error->kind);
            }

            auto left = ByteSource::open(path);
            left->read_ahead();
            std::string buffer(2'000'000, '\0');
            for (int i = 0; i < 3; ++i)
                CHECK(left->read(buffer.data(), buffer.size()).has_value());
        }
    }
}
