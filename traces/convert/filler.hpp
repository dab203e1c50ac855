// SPDX-License-Identifier: MIT
// A trace as it is printed, with nothing but memory added: in the place, the form and at the moment in
// which its client prints memory. Lines that show memory, and all text that is no step, stay as they are.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "memory_form.hpp"
#include "traces/input/text_window.hpp"
#include "traces/json/object_members.hpp"
#include "traces/replay/replay_observer.hpp"
#include "traces/writing/text_pieces.hpp"

namespace evmmem::traces {

/// What was filled in, and what was not.
struct FillCounts {
    std::uint64_t steps = 0;
    std::uint64_t steps_filled = 0;   ///< memory was added
    std::uint64_t steps_printed = 0;  ///< the line shows memory itself
    std::uint64_t steps_unknown = 0;  ///< memory is not all known
    std::uint64_t bytes = 0;          ///< of memory, on all lines that do not show it
    std::uint64_t bytes_unknown = 0;  ///< of these
    std::uint64_t steps_unsized = 0;  ///< not even memory's size is known
    std::uint64_t steps_inside = 0;   ///< the step is JSON inside a JSON text, and stays as it is
};

/// Reads with it as ReaderOptions::tap, and replays with it as the observer.
class Filler final : public ReplayObserver, public TextTap {
public:
    /// `form`: as memory is printed; nothing: as the dialect's clients print it. `moment`: at which it is
    /// taken; nothing: as the replay shows, or the form says.
    Filler(std::optional<MemoryForm> form, std::optional<MemoryTiming> moment, TextPieces& text)
        : given_{std::move(form)}, moment_{moment}, text_{text} {}

    /// Whose tap it is; before the first step.
    void use(const StepReader& reader) { reader_ = &reader; }
    const FillCounts& counts() const { return counts_; }

    /// To be called at the end, after the last record.
    void finish() { write_held(); }

    void on_taken(std::string_view text) override;
    void on_step(const ReplayMoment& moment) override;
    void on_effect(const ReplayMoment& moment) override;
    void on_repetition(const Step& step) override;

private:
    /// Where memory goes: in the text that is held, or in the one that is taken next.
    struct Splice {
        std::size_t at = 0;       ///< in the object
        std::size_t goes_on = 0;  ///< and from where on it goes on
        TappedObject object;
    };

    void add(const ReplayMoment& moment, std::uint64_t size);
    void place(std::span<const std::uint8_t> bytes);
    void write_held();
    void write_spliced(std::string_view text, std::size_t object);
    std::string_view separator() const;

    std::optional<MemoryForm> given_;
    std::optional<MemoryTiming> moment_;
    std::string_view dialect_;  ///< that `form_` is of
    MemoryForm form_;
    TextPieces& text_;
    const StepReader* reader_ = nullptr;
    FillCounts counts_;
    std::string held_;  ///< the text that was taken last
    std::optional<Splice> splice_;
    std::string added_;
    std::vector<ObjectMember> members_;
    ArrayStyle array_style_;
    std::vector<std::uint8_t> bytes_;
    /// Memory as the last line has it, for one that repeats it; nothing where it is not known.
    std::optional<std::uint64_t> last_size_;
};

}  // namespace evmmem::traces
