// SPDX-License-Identifier: MIT
// Access programs: what they refuse, what they hold, and that every way of running one comes to the
// same.
#include "core/access_program.hpp"
#include "core/raw_copies.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <vector>

#include "core/evmmem_backend.hpp"
#include "core/memory.hpp"

using namespace evmmem;
using Appended = AccessProgram::Appended;

namespace {

/// The least that run_ops() asks for: every frame a vector of its own.
class PlainFrames {
public:
    std::uint64_t size() const { return frames_.back().size(); }
    void resize(std::uint64_t size) {
        if (size > this->size()) frames_.back().resize((size + 31) / 32 * 32);
    }
    std::uint8_t* get_ptr_unsafe(std::uint64_t offset) { return frames_.back().data() + offset; }
    void enter_frame() { frames_.emplace_back(); }
    void leave_frame() { frames_.pop_back(); }
    void reset() { frames_.assign(1, {}); }

private:
    std::vector<std::vector<std::uint8_t>> frames_{1};
};

/// A bit of everything, in three frames.
AccessProgram everything() {
    AccessProgram program;
    program.store_word(5, Word{0x1122334455667788});
    program.load_word(0);
    program.load_word(100);  // grows
    program.write(200, 300, 64);
    program.load_word(190);
    program.load_word(250);
    program.enter_frame();
    program.grow(1000);
    program.load_word(960);
    program.store_byte(3, 0xab);
    program.enter_frame();
    program.write(0, 96, 96);
    program.copy(7, 3, 80);
    program.load_word(33);
    program.leave_frame(10, 5, 70);
    program.load_word(8);
    program.load_word(60);
    program.read(0, 64);
    program.leave_frame(0, 1000, 100);
    program.load_word(0);
    program.copy(400, 410, 64);
    program.load_word(430);
    return program;
}

template <typename M>
std::optional<AccessResult> run_on(const AccessProgram& program) {
    M memory;
    AccessBuffers buffers{program};
    const auto first = run_program(program, memory, buffers);
    CHECK(run_program(program, memory, buffers) == first);  // reset() left nothing behind
    return first;
}

evmmem_run run_slowly(const AccessProgram& program, PlainFrames& memory, AccessBuffers& buffers) {
    evmmem_run run = buffers.begin();
    for (const AccessOp& op : program.ops())
        REQUIRE(run_ops(memory, std::span{&op, 1}, run));
    return run;
}

}  // namespace

TEST_CASE("a program comes to the same on evmmem's memory as on plain vectors") {
    const AccessProgram program = everything();
    const auto expected = run_on<PlainFrames>(program);
    REQUIRE(expected.has_value());
    CHECK(expected->size == program.size());
    CHECK(run_on<Memory>(program) == expected);
}

TEST_CASE("a program comes to the same in one batch and one operation at a time") {
    const AccessProgram program = everything();
    PlainFrames memory;
    AccessBuffers buffers{program};
    const evmmem_run run = run_slowly(program, memory, buffers);
    CHECK(run_on<PlainFrames>(program) == AccessResult{run.checksum, run.size});
}

TEST_CASE("a stored word has four different limbs, made from two") {
    AccessProgram program;
    program.store_word(0, Word{9, 9, 2, 1});
    program.load_word(0);
    PlainFrames memory;
    AccessBuffers buffers{program};
    const evmmem_run run = run_slowly(program, memory, buffers);
    CHECK(run.word[0] == 1);
    CHECK(run.word[1] == 2);
    CHECK(run.word[2] == ~std::uint64_t{1});
    CHECK(run.word[3] == ~std::uint64_t{2});
}

TEST_CASE("a bounded write copies what is available and zeroes the rest") {
    AccessProgram program;
    program.store_word(0, Word::max());
    program.store_word(32, Word::max());
    program.write(0, 64, 40);
    program.read(0, 64);
    PlainFrames memory;
    AccessBuffers buffers{program};
    run_slowly(program, memory, buffers);
    const auto data = program.data();
    const std::vector<std::uint8_t> tail(data.end() - 40, data.end());
    const std::uint8_t* bytes = memory.get_ptr_unsafe(0);
    CHECK(std::vector<std::uint8_t>(bytes, bytes + 40) == tail);
    CHECK(std::vector<std::uint8_t>(bytes + 40, bytes + 64) == std::vector<std::uint8_t>(24));
}

TEST_CASE("a bounded write of more than the data is written in pieces, or not at all") {
    AccessProgram program{{.ops_max = 4, .data_size = 64}};
    CHECK(program.write(0, 200, 190) == Appended::yes);
    REQUIRE(program.ops().size() == 3);
    CHECK(program.ops()[2].offset == 128);
    CHECK(program.ops()[2].size == 72);
    CHECK(program.ops()[2].source == 2);  // 62 bytes are left of it
    CHECK(program.bytes_moved() == 200);
    CHECK(program.write(0, 200, 190) == Appended::full);
    CHECK(program.ops().size() == 3);
}

TEST_CASE("size 0 touches nothing wherever it points") {
    AccessProgram program;
    const std::uint64_t far = std::numeric_limits<std::uint64_t>::max();
    CHECK(program.copy(far, far, 0) == Appended::yes);
    CHECK(program.write(far, 0, far) == Appended::yes);
    CHECK(program.read(far, 0) == Appended::yes);
    CHECK(program.ops().empty());
    CHECK(program.size() == 0);
}

TEST_CASE("what would break a limit is refused and leaves the program as it was") {
    AccessProgram program{{.bytes_max = 128, .frames_max = 2}};
    const std::uint64_t far = std::numeric_limits<std::uint64_t>::max();
    CHECK(program.store_word(96, Word{1}) == Appended::yes);
    CHECK(program.store_word(97, Word{1}) == Appended::refused);
    CHECK(program.load_word(far) == Appended::refused);
    CHECK(program.store_byte(far, 1) == Appended::refused);
    CHECK(program.copy(0, far, 2) == Appended::refused);
    CHECK(program.copy(0, 1, far) == Appended::refused);
    CHECK(program.write(1, far, 0) == Appended::refused);
    CHECK(program.read(127, 2) == Appended::refused);
    CHECK(program.grow(far) == Appended::refused);
    CHECK(program.leave_frame() == Appended::refused);
    CHECK(program.enter_frame() == Appended::yes);
    CHECK(program.enter_frame() == Appended::refused);
    CHECK(program.store_byte(0, 1) == Appended::refused);  // the parent has all 128 bytes
    CHECK(program.leave_frame(0, 0, 1) == Appended::refused);
    CHECK(program.frame_count() == 2);
    CHECK(program.leave_frame(0, 0, 0) == Appended::yes);
    CHECK(program.ops().size() == 3);
    CHECK(program.refused() == 12);
    CHECK(program.peak_bytes() == 128);
    CHECK_FALSE(program.is_full());
}

TEST_CASE("a full program stays the prefix that it is") {
    AccessProgram program{{.ops_max = 2}};
    CHECK(program.store_byte(0, 1) == Appended::yes);
    CHECK(program.store_byte(1, 1) == Appended::yes);
    CHECK(program.store_byte(1000, 1) == Appended::full);
    CHECK(program.reset() == Appended::full);
    CHECK(program.is_full());
    CHECK(program.size() == 32);
    CHECK(program.ops().size() == 2);
}

TEST_CASE("the memory of open frames counts together") {
    AccessProgram program;
    program.grow(64);
    program.enter_frame();
    program.grow(100);
    program.leave_frame();
    CHECK(program.peak_bytes() == 64 + 128);
    program.reset();
    program.grow(96);
    CHECK(program.peak_bytes() == 64 + 128);
    CHECK(program.size() == 96);
}

TEST_CASE("a program's digest depends on every field and is the same everywhere") {
    CHECK(everything().digest() == everything().digest());
    AccessProgram one;
    one.copy(32, 0, 32);
    AccessProgram other;
    other.copy(0, 32, 32);
    CHECK(one.digest() != other.digest());
    // When this changes on purpose, stored baselines of the gate stop being comparable.
    CHECK(everything().digest() == 16746093963317982987U);
}

TEST_CASE("raw copies move as many bytes as the program and stay inside their buffer") {
    const AccessProgram program = everything();
    RawCopies raw{program};
    CHECK(raw.bytes_moved() == program.bytes_moved());
    CHECK(program.bytes_moved() == 11 * 32 + 1 + 300 + 96 + 80 + 70 + 64 + 100 + 64);
    CHECK(raw.run() != 0);  // the address sanitizer looks on
}
