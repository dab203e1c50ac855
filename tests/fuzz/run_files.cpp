// SPDX-License-Identifier: MIT
// Runs a fuzz target on files, and on all files of folders, for compilers without libFuzzer: what a
// fuzzer found once, and seeds, are part of the tests everywhere.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

/// The mutator is linked, but nothing is mutated here.
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t*, std::size_t size, std::size_t) {
    return size;
}

int main(int argc, char** argv) {
    std::vector<std::filesystem::path> paths;
    for (int i = 1; i < argc; ++i) {
        if (!std::filesystem::is_directory(argv[i])) {
            paths.emplace_back(argv[i]);
            continue;
        }
        for (const auto& entry : std::filesystem::directory_iterator{argv[i]})
            if (entry.is_regular_file()) paths.push_back(entry.path());
    }
    std::ranges::sort(paths);
    for (const auto& path : paths) {
        std::ifstream file{path, std::ios::binary};
        if (!file) {
            std::fprintf(stderr, "%s cannot be opened\n", path.c_str());
            return 1;
        }
        std::fprintf(stderr, "%s\n", path.c_str());
        const std::string content{std::istreambuf_iterator<char>{file}, {}};
        // As it is, and in each of a target's ways; copies of exactly this size, so that a
        // sanitizer sees a byte too many.
        for (int mode = -1; mode < 8; ++mode) {
            std::vector<std::uint8_t> input(content.begin(), content.end());
            if (mode >= 0)
                for (const int option : {0, 0xff, mode, 37})
                    input.push_back(static_cast<std::uint8_t>(option));
            LLVMFuzzerTestOneInput(input.data(), input.size());
        }
    }
    std::printf("%zu files\n", paths.size());
    return paths.empty() ? 1 : 0;
}
