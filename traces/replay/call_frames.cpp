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
    are_pages_known = true;
    calldata.forget();
    code.forget();
    return_data.assign_empty();
    address.reset();
    storage = 0;
    is_account_created = false;
    marks = {};
    made_at.reset();
    creates_before = 0;
    made_last.reset();
    copied_codes.clear();
    state_gas_most = 0;
    is_static = false;
    pc_max = 0;
    jump_targets.forget();
    has_last = false;
}

void CallFrame::forget() {
    is_memory_size_known = false;
    return_data.forget();
    address.reset();
    made_last.reset();
    copied_codes.clear();
    is_static.reset();
    pc_max = 0;
    has_last = false;
}

void CallFrame::forget_copied(MemoryRange range) {
    std::erase_if(copied_codes, [&](const CopiedCode& copied) {
        return copied.target.offset() < range.end() && range.offset() < copied.target.end();
    });
}

CallFrame& CallFrames::push() {
    if (open_ == frames_.size()) frames_.push_back(std::make_unique<CallFrame>());
    return *frames_[open_++];
}

void CallFrame::release() {
    constexpr std::uint64_t little = std::uint64_t{16} << 10;
    for (KnownData* data : {&calldata, &code, &return_data})
        if (data->held_bytes() > little) data->forget();
}

std::uint64_t CallFrames::data_bytes() const {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < open_; ++i)
        for (const KnownData* data :
             {&frames_[i]->calldata, &frames_[i]->code, &frames_[i]->return_data})
            sum += data->held_bytes();
    return sum;
}

std::uint64_t CallFrames::wanted_data_bytes() const {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < open_; ++i)
        for (const KnownData* data :
             {&frames_[i]->calldata, &frames_[i]->code, &frames_[i]->return_data})
            sum += data->wanted_bytes();
    return sum;
}

void forget_memory(CallFrame& frame) {
    frame.is_memory_size_known = false;
    frame.are_pages_known = false;
    frame.memory_known.mark_unknown(0, ~std::uint64_t{0});
}

}  // namespace evmmem::traces
