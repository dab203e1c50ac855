// SPDX-License-Identifier: MIT
#include "input.hpp"

#include <algorithm>
#include <array>

#include "traces/input/spool.hpp"

namespace evmmem::app {

std::expected<traces::ByteSource, traces::TraceError> Input::open(
    const traces::SourceOptions& options) const {
    traces::SourceOptions own = options;
    own.undoes_compression = undoes_compression;
    switch (kind) {
        case Kind::file: return traces::ByteSource::open(name, own);
        case Kind::stream: return traces::ByteSource::from(stream, own);
        case Kind::text: {
            const auto read =
                [text = text, error = error, at = std::size_t{0}](
                    char* target,
                    std::size_t size) mutable -> std::expected<std::size_t, traces::TraceError> {
                const std::size_t count = text->copy(target, size, at);
                at += count;
                if (count == 0 && error) return std::unexpected{*error};
                return count;
            };
            return traces::ByteSource::from(read, own);
        }
        case Kind::failed: return std::unexpected{*error};
        case Kind::skipped:
        case Kind::group_end: break;
    }
    return traces::ByteSource::over({}, own);
}

bool Input::can_be_read_twice() const {
    return kind == Kind::text || (kind == Kind::file && traces::can_be_read_twice(name));
}

bool is_named_as_trace(std::string_view name, bool is_empty) {
    constexpr std::array<std::string_view, 4> packings = {".gz", ".zst", ".xz", ".bz2"};
    constexpr std::array<std::string_view, 3> traces = {".jsonl", ".ndjson", ".trace"};
    if (const auto slash = name.rfind('/'); slash != name.npos) name.remove_prefix(slash + 1);
    if (name.starts_with('.')) return false;
    const auto ends = [&](std::string_view suffix) { return name.ends_with(suffix); };
    if (const auto* packing = std::ranges::find_if(packings, ends); packing != packings.end())
        name.remove_suffix(packing->size());
    // What a node did not answer leaves a file of that name with nothing in it.
    return std::ranges::any_of(traces, ends) || (is_empty && name.ends_with(".json"));
}

}  // namespace evmmem::app
