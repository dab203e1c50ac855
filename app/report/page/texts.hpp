// SPDX-License-Identifier: MIT
// The files of the report page as they lie beside this header; the build makes constants of them.
#pragma once

#include <string_view>

namespace evmmem::app::report {

extern const std::string_view page_html;
extern const std::string_view style_css;
extern const std::string_view script_js;

}  // namespace evmmem::app::report
