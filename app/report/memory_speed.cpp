// SPDX-License-Identifier: MIT
#include "memory_speed.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <vector>

#include "app/backends/backend.hpp"
#include "app/host/interrupt.hpp"

namespace evmmem::app {
namespace {

constexpr double sample_seconds_min = 1e-3;
constexpr std::size_t samples_max = 5;
constexpr double total_seconds_max = 0.2;
/// Of one run. A trace that moves more is one that claims more gas than there is.
constexpr std::uint64_t bytes_max = std::uint64_t{256} << 20;

double seconds_of(BackendRun& run, std::uint64_t count) {
    const auto start = std::chrono::steady_clock::now();
    for (std::uint64_t i = 0; i < count; ++i)
        static_cast<void>(run.run());
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    return taken.count() / static_cast<double>(count);
}

double median(std::vector<double> samples) {
    const auto middle = samples.begin() + static_cast<std::ptrdiff_t>(samples.size() / 2);
    std::ranges::nth_element(samples, middle);
    return *middle;
}

}  // namespace

// Not compared with the reference first, as bench does: the replay has just run the same operations
// on the same memory, and every one of them was checked against the trace.
std::optional<MemorySpeed> measure_memory_speed(const AccessProgram& program) {
    if (program.bytes_moved() == 0 || program.bytes_moved() > bytes_max) return std::nullopt;
    auto memory = BackendRun::make(builtin_backends().front(), program);
    auto baseline = BackendRun::make(*builtin_backend(baseline_name), program);
    if (!memory || !baseline || !memory->run() || !baseline->run()) return std::nullopt;

    // The two take turns, so that what disturbs one disturbs the other.
    const std::array runs{&*memory, &*baseline};
    std::array<std::uint64_t, 2> counts{};
    std::array<std::vector<double>, 2> samples;
    double total = 0;
    for (std::size_t i = 0; i < samples_max && total < total_seconds_max; ++i)
        for (std::size_t which = 0; which < runs.size(); ++which) {
            if (is_interrupted()) return std::nullopt;
            if (counts[which] == 0) {
                const double once = seconds_of(*runs[which], 1);
                counts[which] =
                    1 + static_cast<std::uint64_t>(sample_seconds_min / std::max(once, 1e-9));
            }
            samples[which].push_back(seconds_of(*runs[which], counts[which]));
            total += samples[which].back() * static_cast<double>(counts[which]);
        }

    return MemorySpeed{.operations = program.ops().size(),
                       .bytes_moved = program.bytes_moved(),
                       .is_prefix = program.is_full(),
                       .seconds = median(std::move(samples[0])),
                       .memcpy_seconds = median(std::move(samples[1]))};
}

}  // namespace evmmem::app
