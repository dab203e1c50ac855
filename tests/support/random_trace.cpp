// SPDX-License-Identifier: MIT
#include "random_trace.hpp"

#include <algorithm>
#include <random>

namespace evmmem::test {
namespace {

constexpr std::uint64_t offset_max = 700;
constexpr std::uint64_t size_max = 100;
constexpr std::size_t depth_max = 4;
// Each enough for eight instructions of its frame, calls that burn all of theirs among them.
constexpr std::uint64_t call_gas[] = {4'000'000, 400'000, 40'000};

class Program {
public:
    Program(std::uint64_t seed, std::size_t instructions)
        : random_{seed}, left_{instructions}, trace_{{}, 1'000'000'000} {
        trace_.with_calldata(random_trace_calldata()).with_code(random_trace_code());
    }

    TraceBuilder run() {
        while (left_ > 0)
            instruction(1);
        trace_.ret(upto(offset_max), upto(size_max));
        return trace_;
    }

private:
    std::uint64_t upto(std::uint64_t max) { return random_() % (max + 1); }
    // Small ranges are as likely as large ones, and empty ones as both.
    TraceRange range() {
        const std::uint64_t sizes[] = {0, upto(3), upto(size_max)};
        return {upto(offset_max), sizes[upto(2)]};
    }

    void instruction(std::size_t depth) {
        --left_;
        const Word target = upto(offset_max);
        const TraceRange bytes = range();
        switch (upto(11)) {
            case 0: trace_.mstore(target, random_()); break;
            case 1: trace_.mstore8(target, upto(255)); break;
            case 2: trace_.mload(target).pop(); break;
            case 3: trace_.mcopy(target, bytes.offset, bytes.size); break;
            case 4: trace_.calldatacopy(target, upto(60), bytes.size); break;
            case 5: trace_.codecopy(target, upto(60), bytes.size); break;
            case 6: trace_.log(upto(4), bytes.offset, bytes.size); break;
            case 7: trace_.msize().pop(); break;
            case 8: trace_.returndatasize().pop().returndatacopy(target, 0, 0); break;
            case 9: call_identity(bytes, target); break;
            default:
                if (depth < depth_max && upto(2) == 0) call(bytes, target, depth);
        }
    }

    void call_identity(const TraceRange& in, const Word& target) {
        trace_.call({.to = 4, .in = in, .out = {target, upto(40)}, .overhead = 100});
        Bytes output;
        for (std::uint64_t i = 0; i < in.size.limbs[0]; ++i)
            output.push_back(trace_.memory().at(in.offset.limbs[0] + i));
        trace_.leaf(output, 15 + 3 * ((output.size() + 31) / 32)).pop();
    }

    void call(const TraceRange& in, const Word& target, std::size_t depth) {
        trace_.call({.gas = call_gas[depth - 1], .in = in, .out = {target, upto(40)}}).enter();
        for (std::uint64_t n = upto(8); n > 0 && left_ > 0; --n)
            instruction(depth + 1);
        const TraceRange output = range();
        switch (upto(3)) {
            case 0: trace_.stop(); break;
            case 1: trace_.revert(output.offset, output.size); break;
            case 2: trace_.invalid(); break;
            default: trace_.ret(output.offset, output.size);
        }
        trace_.pop();
    }

    std::mt19937_64 random_;
    std::size_t left_;
    TraceBuilder trace_;
};

}  // namespace

TraceBuilder random_trace(std::uint64_t seed, std::size_t instructions) {
    return Program{seed, instructions}.run();
}

Bytes random_trace_calldata() {
    return counted_bytes(90);
}

Bytes random_trace_code() {
    return counted_bytes(70, 100);
}

std::vector<std::uint64_t> frames_of(const TraceBuilder& trace) {
    std::vector<std::uint64_t> result;
    std::vector<std::uint64_t> open;
    std::uint64_t count = 0;
    for (const TraceLine& line : trace.lines()) {
        while (open.size() > line.depth)
            open.pop_back();
        if (open.size() < line.depth) open.push_back(count++);
        result.push_back(open.back());
    }
    return result;
}

std::size_t next_of_frame(const std::vector<std::uint64_t>& frames, std::size_t line) {
    const auto next = std::find(frames.begin() + static_cast<std::ptrdiff_t>(line) + 1,
                                frames.end(), frames[line]);
    return static_cast<std::size_t>(next - frames.begin());
}

}  // namespace evmmem::test
