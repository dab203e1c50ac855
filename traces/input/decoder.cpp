// SPDX-License-Identifier: MIT
#include "decoder.hpp"

#include <utility>

namespace evmmem::traces {

std::expected<bool, TraceError> InputBlock::extend(RawBytes& raw) {
    if (is_empty()) begin_ = end_ = 0;
    const auto count = raw.read(bytes_.data() + end_, bytes_.size() - end_);
    if (!count) return std::unexpected{count.error()};
    end_ += *count;
    at_end_ = *count == 0;
    return !at_end_;
}

std::expected<void, TraceError> InputBlock::want_any(RawBytes& raw) {
    if (!is_empty() || at_end_) return {};
    const auto more = extend(raw);
    if (!more) return std::unexpected{more.error()};
    return {};
}

std::unexpected<TraceError> decoding_failure(TraceError::Kind kind, std::string message) {
    return std::unexpected{TraceError::of(kind, std::move(message))};
}

}  // namespace evmmem::traces
