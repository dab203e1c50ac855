// SPDX-License-Identifier: MIT
#include "plugin.hpp"

#include <dlfcn.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstring>
#include <filesystem>

namespace evmmem::app {
namespace {

constexpr const char* entry_point = "evmmem_backend_get";

/// A plug-in's name is a column of tables and a word of command lines.
bool is_name(const char* name) {
    const std::string_view text{name};
    return !text.empty() && text.size() <= 32 && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
    });
}

/// The dynamic linker's own words, without the path that ours begin with.
std::string linker_message(const std::string& path) {
    const char* text = dlerror();
    std::string message = text != nullptr ? text : "unknown error";
    if (message.starts_with(path + ": ")) message.erase(0, path.size() + 2);
    return message;
}

}  // namespace

std::expected<Backend, std::string> load_plugin(const std::string& path) {
    const auto fail = [&](const std::string& why) {
        return std::unexpected{fmt::format("plug-in {}: {}", path, why)};
    };
    struct stat status{};
    if (stat(path.c_str(), &status) != 0) return fail("there is no such file");
#ifdef EVMMEM_STATIC
    // A plug-in would bring a C library of its own.
    return fail(
        "this program is linked statically and loads no plug-ins; build it with scripts/evmmem");
#endif
    // Without a slash the linker would look in its own directories.
    const std::string from = path.find('/') == std::string::npos ? "./" + path : path;
    const std::shared_ptr<void> library{dlopen(from.c_str(), RTLD_NOW | RTLD_LOCAL),
                                        [](void* handle) {
                                            if (handle != nullptr) dlclose(handle);
                                        }};
    if (!library) return fail("it cannot be loaded: " + linker_message(from));
    void* symbol = dlsym(library.get(), entry_point);
    if (symbol == nullptr)
        return fail(fmt::format("it does not export {}; see core/evmmem_backend.h", entry_point));
    using Get = const evmmem_backend* (*)();
    Get get = nullptr;
    // POSIX promises that a function's address fits, ISO C++ does not: so it is copied.
    std::memcpy(static_cast<void*>(&get), static_cast<const void*>(&symbol), sizeof get);
    const evmmem_backend* calls = get();
    if (calls == nullptr) return fail(fmt::format("{} returned nothing", entry_point));
    // The version is read before anything whose place could depend on it.
    if (calls->version != EVMMEM_BACKEND_VERSION)
        return fail(fmt::format(
            "it was built for version {} of the interface, this program is of version {}; "
            "build it again with this evmmem's core/evmmem_backend.h",
            calls->version, EVMMEM_BACKEND_VERSION));
    constexpr std::size_t size_min = offsetof(evmmem_backend, build);
    if (calls->struct_size < size_min || calls->struct_size > sizeof(evmmem_backend))
        return fail(fmt::format("its evmmem_backend has {} bytes, expected {} to {}",
                                calls->struct_size, size_min, sizeof(evmmem_backend)));
    if (calls->name == nullptr || !is_name(calls->name))
        return fail("its name must be 1 to 32 lower-case letters, digits, '-', '_' or '.'");
    if (calls->create == nullptr || calls->destroy == nullptr || calls->reset == nullptr ||
        calls->run == nullptr)
        return fail("create, destroy, reset and run must all be there");
    const bool says_build = calls->struct_size > size_min && calls->build != nullptr;
    return Backend{calls->name, calls->description != nullptr ? calls->description : "",
                   says_build ? calls->build : "", calls, library};
}

}  // namespace evmmem::app
