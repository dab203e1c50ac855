// SPDX-License-Identifier: MIT
#include "xml_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "escape.hpp"

namespace evmmem::app {

std::string xml_text(std::string_view text) {
    std::string result;
    for (bool is_first = true; is_first || !text.empty(); is_first = false) {
        const auto end = std::min(text.find('\n'), text.size());
        for (const char c : escaped(text.substr(0, end)))
            switch (c) {
                case '&': result += "&amp;"; break;
                case '<': result += "&lt;"; break;
                case '>': result += "&gt;"; break;
                case '"': result += "&quot;"; break;
                default: result += c;
            }
        if (end < text.size()) result += "\n";
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return result;
}

std::string svg_text(double x, double y, std::string_view anchor, std::string_view text) {
    return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>\n", x, y,
                       anchor, xml_text(text));
}

}  // namespace evmmem::app
