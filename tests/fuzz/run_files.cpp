// SPDX-License-Identifier: MIT
// Runs a fuzz target on files, for compilers without libFuzzer: what a fuzzer found once, and
// seeds, are part of the tests everywhere.
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int argc, char** argv) {
    for (int i = 1; i < argc; ++i) {
        std::ifstream file{argv[i], std::ios::binary};
        if (!file) {
            std::fprintf(stderr, "%s cannot be opened\n", argv[i]);
            return 1;
        }
        const std::string content{std::istreambuf_iterator<char>{file}, {}};
        LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(content.data()),
                               content.size());
    }
    return argc > 1 ? 0 : 1;
}
