// SPDX-License-Identifier: MIT
#include "lines_ahead.hpp"

namespace evmmem::traces {
namespace {

/// A step takes more bytes of text; where lines are shorter, a block is not read to its end.
constexpr std::size_t line_bytes_least = 64;

}  // namespace

/// What is next to be filled; it counts only once it is.
LineAhead& LinesAhead::next_line(Block& block) {
    if (block.count == block.lines.size()) block.lines.emplace_back();
    return block.lines[block.count];
}

std::size_t LinesAhead::prepare(std::string_view text, std::size_t place, bool is_second_thread,
                                LineLayouts& layouts) {
    Block& block = blocks_[place];
    block.count = 0;
    // As many bytes as the text has pairs of digits, so that no room is refused for what is kept.
    for (ByteBuffer* buffer : {&block.memory, &block.return_data}) {
        buffer->forget();
        static_cast<void>(buffer->reset(text.size() / 2));
    }
    LineLayouts& used = is_second_thread ? shared_layouts() : layouts;
    if (unit_ == TextAhead::Unit::line)
        prepare_lines(text, block, used);
    else
        prepare_elements(text, block, used);
    return block.count;
}

void LinesAhead::prepare_lines(std::string_view text, Block& block, LineLayouts& layouts) {
    const std::size_t count_max = text.size() / line_bytes_least;
    while (block.count < count_max) {
        LineAhead& line = next_line(block);
        line.begin = text.data();
        std::size_t size =
            layouts.read_line(text, line.values, line.stack, block.memory, block.return_data);
        line.is_read = size != 0;
        if (line.is_read) {
            keep_bytes(line.values, block);
        } else {
            size = text.find('\n');
            if (size == std::string_view::npos) return;
        }
        line.size = static_cast<std::uint32_t>(size);
        ++block.count;
        text.remove_prefix(size + 1);
    }
}

/// Where an element begins is a guess at first, and after one that could not be read. Of a wrong
/// one nothing comes: no element is looked for there.
void LinesAhead::prepare_elements(std::string_view text, Block& block, LineLayouts& layouts) {
    const std::size_t count_max = text.size() / line_bytes_least;
    while (block.count < count_max) {
        const std::size_t begin = text.find_first_not_of(" \t\r\n,");
        if (begin == std::string_view::npos) return;
        text.remove_prefix(begin);
        LineLayouts::Beginning read;
        if (text.front() == '{') {
            LineAhead& element = next_line(block);
            read = layouts.read_beginning(text, element.values, element.stack, block.memory,
                                          block.return_data);
            if (read.size != 0) {
                element.begin = text.data();
                element.size = static_cast<std::uint32_t>(read.size);
                element.is_read = true;
                element.has_newlines = read.has_newlines;
                keep_bytes(element.values, block);
                ++block.count;
            }
        }
        if (read.size == 0) {
            const std::size_t end = text.find("},");
            if (end == std::string_view::npos) return;
            read.size = end + 1;
        }
        text.remove_prefix(read.size);
    }
}

void LinesAhead::keep_bytes(const LineValues& values, Block& block) {
    if (values.memory_form != LineValues::Bytes::absent) block.memory.keep(values.memory.size());
    if (values.has_return_data) block.return_data.keep(values.return_data.size());
}

LineLayouts& LinesAhead::shared_layouts() {
    if (copied_changes_ != shared_changes_.load(std::memory_order_acquire)) {
        const std::lock_guard lock{mutex_};
        copy_ = shared_;
        copied_changes_ = shared_changes_.load(std::memory_order_relaxed);
    }
    return copy_;
}

void LinesAhead::turn_to(const TextAhead::Block& block, const LineLayouts& layouts) {
    block_number_ = block.number;
    const std::vector<LineAhead>& lines = blocks_[block.place].lines;
    next_ = lines.data();
    end_ = lines.data() + (block.is_prepared ? blocks_[block.place].count : 0);
    if (layouts.changes() == shared_changes_.load(std::memory_order_relaxed)) return;
    const std::lock_guard lock{mutex_};
    shared_ = layouts;
    shared_changes_.store(layouts.changes(), std::memory_order_release);
}

}  // namespace evmmem::traces
