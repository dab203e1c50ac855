// SPDX-License-Identifier: MIT
#include "both_ways.hpp"

#include "traces/input/text_window.hpp"

namespace evmmem::test {

using namespace evmmem::traces;

BothWays::BothWays(const Dialect& dialect) : direct_{dialect}, parsed_{dialect} {
    direct_.expect(true, true);
    parsed_.expect(true, true);
}

std::string_view BothWays::padded(std::string_view text) {
    // Foreign text before it: nothing of it may be taken for the line's.
    padded_.assign(TextWindow::padding, '"');
    padded_ += text;
    padded_.append(TextWindow::padding, '\0');
    return std::string_view{padded_}.substr(TextWindow::padding, text.size());
}

std::string BothWays::disagreement(std::string_view line) {
    const std::string_view text = padded(line);
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

std::string BothWays::disagreement_at_beginning(std::string_view text) {
    text = padded(text);
    Record direct;
    const auto read = direct_.read_beginning(text, direct.step);
    last_size_ = read.size;
    if (read.size == 0) return {};
    const OwnedStep direct_step = owned(direct.step);
    if (read.size > text.size()) return "read beyond the text";
    const std::string_view object = text.substr(0, read.size);
    if (read.has_newlines != object.contains('\n')) return "lost count of the lines";
    return difference_to_parsed(object, direct_step);
}

std::string BothWays::disagreement_of_line(std::string_view text) {
    text = padded(text);
    Record direct;
    last_size_ = direct_.read_line(text, direct.step);
    if (last_size_ == 0) return {};
    const OwnedStep direct_step = owned(direct.step);
    if (last_size_ != text.find('\n')) return "read to where no line ends first";
    std::string_view object = text.substr(0, last_size_);
    if (object.ends_with('\r')) object.remove_suffix(1);
    return difference_to_parsed(object, direct_step);
}

std::string BothWays::difference_to_parsed(std::string_view object, const OwnedStep& direct) {
    Record parsed;
    const auto picked = picker_.pick(object, fields_);
    if (!picked) return "read what the parser refuses: " + picked.error().message;
    const auto kind = parsed_.interpret(object, fields_, parsed);
    if (!kind) return "read what is malformed: " + kind.error().message;
    if (*kind != ObjectKind::step) return "read what is no step";
    return difference(direct, owned(parsed.step));
}

}  // namespace evmmem::test
