// SPDX-License-Identifier: MIT
// What undoes one format of compression, fed from a block of input; and the formats that there are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "raw_bytes.hpp"
#include "traces/trace_error.hpp"

namespace evmmem::traces {

/// A block of input and what of it is still to be consumed.
class InputBlock {
public:
    std::string_view text() const { return {bytes_.data() + begin_, end_ - begin_}; }
    void consume(std::size_t size) {
        begin_ += size;
        consumed_ += size;
    }
    bool is_empty() const { return begin_ == end_; }
    bool at_end() const { return at_end_; }
    /// Bytes consumed since the input's beginning.
    std::uint64_t consumed() const { return consumed_; }

    /// Adds to what is there; false at the end of the input.
    std::expected<bool, TraceError> extend(RawBytes& raw);
    /// Reads until there is something to consume, or the input is at its end.
    std::expected<void, TraceError> want_any(RawBytes& raw);

private:
    static constexpr std::size_t block_size = std::size_t{256} * 1024;

    std::vector<char> bytes_ = std::vector<char>(block_size);
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::uint64_t consumed_ = 0;
    bool at_end_ = false;
};

/// The largest window that a decoder keeps, in bytes: no format is asked for more memory than takes.
inline constexpr std::size_t window_max = std::size_t{128} << 20;

/// One format's decoder. All that it makes of what stands before damage is handed out before the
/// damage is an error, in pieces of any size.
class Decoder {
public:
    virtual ~Decoder() = default;
    /// As Decompression::read(), without a limit.
    virtual std::expected<std::size_t, TraceError> read(RawBytes& raw, InputBlock& input,
                                                        char* target, std::size_t size) = 0;
};

/// Of a format whose data are members, one after the other, and nothing between them but padding, if the
/// format has any. Another member may follow the last one; anything else is not of the format, and the
/// library says so.
class MemberDecoder : public Decoder {
public:
    enum class Padding : std::uint8_t { none, zeros };
    /// `format` is the name that errors call it by; it must outlive this. What may stand after a
    /// member, of any length, is `padding`.
    explicit MemberDecoder(std::string_view format, Padding padding = Padding::none)
        : format_{format}, padding_{padding} {}
    std::expected<std::size_t, TraceError> read(RawBytes& raw, InputBlock& input, char* target,
                                                std::size_t size) final;

protected:
    /// What the library made of a piece of input.
    struct Piece {
        enum class Result : std::uint8_t { goes_on, member_ends, no_memory, damaged };
        std::size_t consumed = 0;  ///< bytes of the input
        std::size_t made = 0;      ///< bytes of output
        Result result = Result::goes_on;
        std::string why{};  ///< of damage
    };
    /// Called before the first piece of each member; false where there is no memory for it.
    virtual bool begin() = 0;
    virtual Piece decode(std::string_view input, char* target, std::uint32_t size) = 0;

private:
    bool skips_padding(InputBlock& input) const;

    std::string_view format_;
    Padding padding_;
    bool has_member_ = false;  ///< one has ended
    bool is_inside_ = false;   ///< a member has begun and not ended
    bool may_hold_output_ = false;
    std::optional<TraceError> damage_;
};

std::unique_ptr<Decoder> gzip_decoder();
std::unique_ptr<Decoder> zstd_decoder();
std::unique_ptr<Decoder> xz_decoder();
std::unique_ptr<Decoder> bzip2_decoder();

std::unexpected<TraceError> decoding_failure(TraceError::Kind kind, std::string message);

}  // namespace evmmem::traces
