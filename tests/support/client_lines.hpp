// SPDX-License-Identifier: MIT
// Lines for tests of the direct way to a step: right in their form, random in their values, whole or
// damaged.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

namespace evmmem::test {

/// The direct way needs instructions that not every machine has.
inline bool has_direct_way() {
#if defined(__x86_64__)
    return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("bmi2") != 0;
#else
    return false;
#endif
}

/// Random lines, each as one of a few clients would print it.
class ClientLines {
public:
    explicit ClientLines(std::uint32_t seed) : random_{seed} {}

    std::size_t below(std::size_t limit) { return random_() % limit; }
    std::string digits(std::size_t count) {
        std::string text;
        for (std::size_t i = 0; i < count; ++i)
            text += "0123456789abcdef"[below(16)];
        return text;
    }
    std::string hex(std::size_t digits_max) {
        return std::string{"0x"} + digits(1 + below(digits_max));
    }
    std::string decimal() { return std::to_string(random_() >> below(32)); }
    std::string stack() {
        std::string text = "[";
        const std::size_t count = below(20);
        for (std::size_t i = 0; i < count; ++i) {
            if (i != 0) text += ',';
            text += std::string{'"'} + hex(below(3) == 0 ? 64 : 10) + '"';
        }
        return text + ']';
    }
    std::string memory(std::size_t words) { return std::string{"\"0x"} + digits(64 * words) + '"'; }
    std::string words(std::size_t count, bool with_0x) {
        std::string text = "[";
        for (std::size_t i = 0; i < count; ++i)
            text.append(i != 0 ? ",\"" : "\"").append(with_0x ? "0x" : "").append(digits(64) + '"');
        return text + ']';
    }

    /// A line as one of a few clients would print it.
    std::string line(std::size_t client) {
        const std::string head = std::string{R"({"pc":)"} + decimal() + R"(,"op":)" +
                                 std::to_string(below(256)) + R"(,"gas":")" + hex(16) +
                                 R"(","gasCost":")" + hex(5) + '"';
        const std::string tail = std::string{R"(,"depth":)"} + std::to_string(1 + below(1024)) +
                                 R"(,"refund":)" + decimal() + R"(,"opName":"OP)" + digits(3) + '"';
        switch (client) {
            case 0:
                return head + R"(,"memSize":)" + decimal() + R"(,"stack":)" + stack() + tail + '}';
            case 1:
                return head + R"(,"memory":)" + memory(below(8)) + R"(,"memSize":)" + decimal() +
                       R"(,"stack":)" + stack() + R"(,"returnData":"0x)" + digits(2 * below(40)) +
                       '"' + tail +
                       (below(4) == 0 ? std::string{R"(,"error":"out of gas: )"} + digits(4) + "\"}"
                                      : "}");
            case 2:
                return std::string{R"({"pc":)"} + decimal() + R"(,"depth":)" +
                       std::to_string(1 + below(1024)) + R"(,"opName":"OP","op":)" +
                       std::to_string(below(256)) + R"(,"gas":")" + hex(16) + R"(","reservoir":")" +
                       hex(3) + R"(","stateGas":")" + hex(3) + R"(","gasCost":")" + hex(16) +
                       R"(","stack":)" + stack() + R"(,"returnData":"0x","refund":")" + hex(16) +
                       R"(","memSize":")" + hex(6) + "\"}";
            case 3:
                return head + R"(,"memory":)" + words(below(6), below(2) == 0) + R"(,"stack":)" +
                       stack() + tail + '}';
            default:
                return std::string{R"({"section":0,"pc":)"} + decimal() + R"(,"op":"0x)" +
                       digits(2) + R"(","gas":)" + decimal() +
                       R"(,"gasCost":null,"stack":null,"depth":1,"x":{"a":[)" +
                       (below(8) == 0 ? "1" : "2") + "]}}";
        }
    }
    static constexpr std::size_t client_count = 5;

    /// The line with a few bytes changed, gone, new, or moved.
    std::string damaged(std::string line) {
        constexpr std::string_view likely = "\",:[]{}0x19afgG \\-+.eE\t\n\x7f\x80\xff";
        for (std::size_t n = 1 + below(2); n > 0 && !line.empty(); --n) {
            const std::size_t at = below(line.size());
            switch (below(5)) {
                case 0: line[at] = likely[below(likely.size())]; break;
                case 1: line[at] = static_cast<char>(below(256)); break;
                case 2: line.erase(at, 1 + below(3)); break;
                case 3: line.insert(at, 1, likely[below(likely.size())]); break;
                default: line.insert(at, line.substr(below(line.size()), below(6))); break;
            }
        }
        return line;
    }

private:
    std::mt19937 random_;
};

}  // namespace evmmem::test
