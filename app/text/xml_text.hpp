// SPDX-License-Identifier: MIT
// Foreign text in a document of XML: JUnit's reports and SVG pictures.
#pragma once

#include <string>
#include <string_view>

namespace evmmem::app {

/// `text` for the content of an element or for an attribute in double quotes. XML 1.0 has no way to
/// write control characters: they are escaped as for a terminal. Line breaks stay.
std::string xml_text(std::string_view text);

/// A line of text in an SVG picture. `anchor` says what of it stands at `x`: its "start", "middle" or "end".
std::string svg_text(double x, double y, std::string_view anchor, std::string_view text);

}  // namespace evmmem::app
