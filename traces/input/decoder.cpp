// SPDX-License-Identifier: MIT
#include "decoder.hpp"

#include <algorithm>
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

/// Passes over what padding there is after a member; false where there is none.
bool MemberDecoder::skips_padding(InputBlock& input) const {
    if (padding_ == Padding::none || !has_member_ || is_inside_) return false;
    const std::string_view text = input.text();
    const std::size_t size = std::min(text.find_first_not_of('\0'), text.size());
    input.consume(size);
    return size != 0;
}

std::expected<std::size_t, TraceError> MemberDecoder::read(RawBytes& raw, InputBlock& input,
                                                           char* target, std::size_t size) {
    using Result = Piece::Result;
    const auto failure = [this](TraceError::Kind kind, std::string_view before,
                                std::string_view after) {
        std::string message{before};
        return decoding_failure(kind, message.append(format_).append(after));
    };
    if (damage_) return std::unexpected{*damage_};
    const auto room = static_cast<std::uint32_t>(std::min<std::size_t>(size, 1U << 30));
    std::size_t made = 0;
    while (made == 0) {
        if (!may_hold_output_) {
            if (auto done = input.want_any(raw); !done) return std::unexpected{done.error()};
            if (input.is_empty()) {
                if (!is_inside_) break;
                return failure(TraceError::Kind::truncated, "the ", " data end too early");
            }
            if (skips_padding(input)) continue;
        }
        if (!is_inside_ && !begin())
            return failure(TraceError::Kind::limit, "no memory left to undo ", "");
        const Piece piece = decode(input.text(), target, room);
        input.consume(piece.consumed);
        made = piece.made;
        is_inside_ = piece.result != Result::member_ends;
        has_member_ = has_member_ || !is_inside_;
        may_hold_output_ = made == room && piece.result == Result::goes_on;
        if (piece.result == Result::no_memory)
            return failure(TraceError::Kind::limit, "no memory left to undo ", "");
        if (piece.result != Result::damaged) continue;
        auto damaged = failure(TraceError::Kind::io, "the ", " data are damaged: " + piece.why);
        // What stands before the damage is handed out first, all of it, for any `size`.
        if (made == 0) return damaged;
        damage_ = std::move(damaged.error());
    }
    return made;
}

std::unexpected<TraceError> decoding_failure(TraceError::Kind kind, std::string message) {
    return std::unexpected{TraceError::of(kind, std::move(message))};
}

}  // namespace evmmem::traces
