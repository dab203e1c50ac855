// SPDX-License-Identifier: MIT
#include "environment.hpp"

#include <fmt/format.h>
#include <sched.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <fstream>

#include "version.hpp"

namespace evmmem::app {
namespace {

std::string compiler_name() {
#if defined(__clang__)
    return fmt::format("clang {}.{}.{}", __clang_major__, __clang_minor__, __clang_patchlevel__);
#elif defined(__GNUC__)
    return fmt::format("gcc {}.{}.{}", __GNUC__, __GNUC_MINOR__, __GNUC_PATCHLEVEL__);
#else
    return "unknown";
#endif
}

std::string c_library_name() {
#if defined(_CS_GNU_LIBC_VERSION)
    char name[64] = "";
    if (confstr(_CS_GNU_LIBC_VERSION, name, sizeof name) > 0) return name;
#endif
    return "unknown";
}

std::string cpu_name() {
    std::ifstream file{"/proc/cpuinfo"};
    for (std::string line; std::getline(file, line);) {
        const auto colon = line.find(':');
        if (line.starts_with("model name") && colon != std::string::npos && colon + 2 < line.size())
            return line.substr(colon + 2);
    }
    return "unknown";
}

std::uint64_t usable_cpus() {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0) return 0;
    return static_cast<std::uint64_t>(CPU_COUNT(&set));
}

}  // namespace

std::string chosen_of(const std::string& line) {
    const auto begin = line.find('[');
    const auto end = line.find(']');
    if (begin == std::string::npos || end == std::string::npos || end < begin) return "unknown";
    return line.substr(begin + 1, end - begin - 1);
}

std::vector<std::pair<std::string, std::string>> Environment::rows() const {
    return {
        {"program", program},
        {"compiler", compiler},
        {"flags", flags},
        {"cpu", cpu},
        {"cpus", std::to_string(cpus)},
        {"page_bytes", std::to_string(page_bytes)},
        {"huge_pages", huge_pages},
        {"system", system},
        {"c_library", c_library},
    };
}

Environment this_environment() {
    Environment here;
    here.program = fmt::format("evmmem {}", version());
    here.compiler = compiler_name();
    here.flags = EVMMEM_FLAGS;
    here.cpu = cpu_name();
    here.cpus = usable_cpus();
    here.page_bytes = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
    std::ifstream huge{"/sys/kernel/mm/transparent_hugepage/enabled"};
    std::string line;
    std::getline(huge, line);
    here.huge_pages = chosen_of(line);
    utsname system{};
    if (uname(&system) == 0) here.system = fmt::format("{} {}", system.sysname, system.release);
    here.c_library = c_library_name();
    return here;
}

}  // namespace evmmem::app
