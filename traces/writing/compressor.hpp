// SPDX-License-Identifier: MIT
// Text on its way to a file whose name asks for compression: ".zst" or ".gz". Any other is written as it
// is.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "text_pieces.hpp"

namespace evmmem::traces {

class Compressor {
public:
    virtual ~Compressor() = default;
    /// Hands over what there is of the compressed text. What the sink says is its owner's business.
    virtual void write(std::string_view text, const TextPieces::Sink& sink) = 0;
    /// The text is over; to be called once.
    virtual void finish(const TextPieces::Sink& sink) = 0;
};

/// The one that the path's ending asks for; null where it asks for none. Throws std::bad_alloc where the
/// host has no memory for it.
std::unique_ptr<Compressor> compressor_for(const std::string& path);

}  // namespace evmmem::traces
