// SPDX-License-Identifier: MIT
#include "call_frames.hpp"

namespace evmmem::traces {

void CallFrame::begin(std::uint64_t new_id, Opcode op, std::uint64_t gas) {
    id = new_id;
    entered_by = op;
    gas_at_entry = gas;
    is_entry_seen = true;
    memory_known.mark_all_known();
    is_memory_size_known = true;
    calldata.forget();
    code.forget();
    return_data.assign_empty();
    address.reset();
    storage = 0;
    has_last = false;
}

void CallFrame::forget() {
    is_memory_size_known = false;
    return_data.forget();
    has_last = false;
}

CallFrame& CallFrames::push() {
    if (open_ == frames_.size()) frames_.push_back(std::make_unique<CallFrame>());
    return *frames_[open_++];
}

}  // namespace evmmem::traces
