// SPDX-License-Identifier: MIT
#include "both_ways.hpp"

#include "reading.hpp"
#include "traces/input/text_window.hpp"

namespace evmmem::test {

using namespace evmmem::traces;

BothWays::BothWays(const Dialect& dialect) : direct_{dialect}, parsed_{dialect} {
    direct_.expect(true, true);
    parsed_.expect(true, true);
}

std::string BothWays::disagreement(std::string_view line) {
    // Foreign text around the line, as in a window: nothing of it may be taken for the line's.
    padded_.assign(TextWindow::padding, '"');
    padded_ += line;
    padded_.append(TextWindow::padding, '\0');
    const std::string_view text =
        std::string_view{padded_}.substr(TextWindow::padding, line.size());

    Record direct;
    const bool is_direct = direct_.read_directly(text, direct.step);
    const OwnedStep direct_step = is_direct ? owned(direct.step) : OwnedStep{};
    directly_read_ += is_direct ? 1 : 0;

    Record parsed;
    const auto picked = picker_.pick(text, fields_);
    if (!picked) return is_direct ? "read what the parser refuses: " + picked.error().message : "";
    const auto kind = parsed_.interpret(text, fields_, parsed);
    if (!kind) return is_direct ? "read what is malformed: " + kind.error().message : "";
    if (*kind != ObjectKind::step) return is_direct ? "read what is no step" : "";
    if (is_direct) return difference(direct_step, owned(parsed.step));
    (void)direct_.interpret(text, fields_, direct);  // learns
    return {};
}

}  // namespace evmmem::test
