// SPDX-License-Identifier: MIT
// The call frames that are open, outermost first, and what each one remembers: where its data came
// from, and its last step, whose outcome only a later line shows.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "access_list.hpp"
#include "accounts.hpp"
#include "core/gas_schedule.hpp"
#include "core/known_bytes.hpp"
#include "core/memory_cost.hpp"
#include "core/memory_effect.hpp"
#include "core/memory_pricing.hpp"
#include "core/memory_range.hpp"
#include "core/opcode_table.hpp"
#include "core/storage_gas.hpp"
#include "core/word.hpp"
#include "deployed_codes.hpp"
#include "jump_targets.hpp"
#include "known_data.hpp"
#include "storage.hpp"
#include "traces/dialects/halt_reason.hpp"

namespace evmmem::traces {

inline constexpr std::uint32_t unknown_height = ~std::uint32_t{0};

/// A step that was read and applied, and waits for the line that shows its outcome.
struct PendingStep {
    std::uint64_t line = 0;
    std::uint64_t number = 0;  ///< of the step in the file, from 0
    std::uint64_t pc = 0;
    std::uint64_t gas = 0;
    std::optional<std::uint64_t> gas_cost;
    const OpcodeInfo* info = nullptr;
    Opcode op{};
    std::uint32_t depth = 1;
    std::uint64_t frame = 0;  ///< CallFrame::id
    bool has_stack = false;
    std::uint32_t stack_size = 0;
    /// Where no stack is printed: the items that the frame's steps so far leave, or unknown_height.
    std::uint32_t counted_height = unknown_height;
    std::uint32_t operand_count = 0;  ///< that are printed, and that no finding puts in doubt
    std::array<Word, operands_max> operands;
    bool is_value_in_doubt = false;  ///< of an MSTORE: a finding says that it may be another

    bool failed = false;  ///< the trace says so
    /// What the trace says of the failure: the reason, and all that the client means by its text.
    HaltReason halt = HaltReason::none;
    HaltReasons halts_meant;
    bool is_undefined_to_client = false;  ///< no fork has it, and the client has no name for it
    bool must_fail = false;  ///< it costs more gas than there is, or memory may not be so large
    MemoryHalt memory_halt =
        MemoryHalt::none;          ///< why memory may not, by rules that forks do not have
    bool is_reported = false;      ///< a finding names it: what follows from it is no second one
    bool is_result_wrong = false;  ///< a finding says so

    bool has_effect = false;  ///< operands were there to know the effect by
    MemoryEffect effect;
    std::uint64_t scaled_cost = 0;           ///< gas by operand; valid when has_effect
    std::optional<std::uint64_t> expansion;  ///< gas of memory; nothing when the size was not known
    std::uint64_t size_before = 0;           ///< of memory, in bytes; valid when `size_was_known`
    bool size_was_known = false;
    Access access = Access::unknown;           ///< of the account or slot it touches
    SlotChanges changes = SlotChanges::all();  ///< that it may make, where it is an SSTORE
    bool may_be_new = true;  ///< of a call: the callee may be an account that did not exist
    std::uint64_t stipend_given = 0;  ///< of a call: on top, where it has value

    /// What gas, stack or pc would be if the line's own claim were a slip that the line before
    /// contradicts.
    std::optional<std::uint64_t> gas_otherwise;
    std::optional<std::uint32_t> stack_size_otherwise;
    std::optional<std::uint64_t> pc_otherwise;

    bool has_operand(std::size_t n) const { return n < operand_count; }
    bool has_operands() const {
        return operand_count >= info->pops || operand_count == operands_max;
    }
    const Word& operand(std::size_t n) const { return operands[n]; }
    bool is_call_or_create() const { return is_call(op) || is_create(op); }
    /// Whether the frame is over after it, by its own will or not.
    bool ends_its_frame() const {
        return failed || must_fail || ends_frame(op) || op == Opcode::INVALID;
    }

    /// The operand of CALL and CALLCODE that is a value; the others carry none.
    bool has_value() const {
        return has_value_operand(op) && has_operand(2) && !operands[2].is_zero();
    }
    std::uint64_t stipend() const { return has_value() ? stipend_given : 0; }
    /// Bytes of memory after it; valid when `size_was_known`.
    std::uint64_t size_after() const {
        return std::max(size_before, num_words(effect.end()) * word_size);
    }
};

/// What makes CREATE2's address, but for the creator.
struct MadeBy {
    Word salt;
    Bytes32 code_hash{};
    bool operator==(const MadeBy&) const = default;
};

/// Bytes of an account's code that were copied to memory unseen: whatever shows them there shows the code.
struct CopiedCode {
    Word address;
    std::uint64_t source = 0;  ///< where they stand in the code
    MemoryRange target;        ///< and in memory
    /// Made before: after more of them, memory may hold what is not known.
    std::uint64_t findings = 0;
};

/// Where the journals stand of what a transaction changes and a failing frame takes back.
struct JournalMarks {
    AccessList::Mark accessed = 0;
    Storage::Mark storage = 0;
    DeployedCodes::Mark deployed = 0;
    Accounts::Mark accounts;
};

struct CallFrame {
    std::uint64_t id = 0;              ///< counted as entered, over the whole file
    Opcode entered_by = Opcode::STOP;  ///< STOP: the outermost
    std::uint64_t gas_at_entry = 0;
    bool is_entry_seen = true;  ///< false: steps before its first line are missing
    KnownBytes memory_known;
    bool is_memory_size_known = true;
    bool are_pages_known = true;  ///< those that it has touched, where rules price them
    KnownData calldata;
    KnownData code;
    KnownData return_data;            ///< of the frame's last call: what RETURNDATACOPY sees
    std::optional<Word> address;      ///< of the account whose storage it uses
    std::uint64_t storage = 0;        ///< a number that stands for that account; never 0
    bool is_account_created = false;  ///< in this transaction
    /// Whether it, or a caller of it, is a STATICCALL's; nothing where that is not known.
    std::optional<bool> is_static = false;
    std::uint64_t pc_max = 0;  ///< the highest pc of its steps, but for a STOP after the code's end
    mutable JumpTargets jump_targets;  ///< of `code`
    JournalMarks marks;                ///< when it began
    /// Of a create's callee: the address that it was computed to have, and how often its creator had
    /// created before.
    std::optional<Word> made_at;
    std::uint64_t creates_before = 0;
    std::vector<CopiedCode> copied_codes;
    std::optional<MadeBy> made_last;  ///< by the frame's last create, if it failed
    /// The most state gas that its steps, and the callees that succeeded, can have taken (EIP-8037).
    std::uint64_t state_gas_most = 0;
    PendingStep last;
    bool has_last = false;  ///< whether `last` is a step whose next line may follow

    AccountReference account() const { return {address, storage, is_create(entered_by)}; }

    /// Makes it the frame of a new call, about which nothing is known. Keeps allocated storage.
    void begin(std::uint64_t new_id, Opcode op, std::uint64_t gas);
    /// Steps are missing: whatever they did is unknown now.
    void forget();
    /// Other bytes were written there.
    void forget_copied(MemoryRange range);
    StorageOwner storage_owner() const {
        return {storage, address.has_value(), is_account_created};
    }
    /// The frame has ended: gives back what it holds much of.
    void release();

    /// Whether a jump to `target` may go on, as far as the frame's code is known.
    std::optional<bool> is_jump_target(const Word& target) const {
        return jump_targets.contains(code, target);
    }
};

/// What the frame's memory holds is unknown from now on, and how large it is.
void forget_memory(CallFrame& frame);

/// A stack of frames that keeps the storage of those that ended.
class CallFrames {
public:
    bool is_empty() const { return open_ == 0; }
    std::size_t size() const { return open_; }
    CallFrame& current() { return *frames_[open_ - 1]; }
    CallFrame& parent() { return *frames_[open_ - 2]; }
    CallFrame& at(std::size_t index) { return *frames_[index]; }
    CallFrame& push();
    void pop() {
        current().release();
        --open_;
    }
    void clear() { open_ = 0; }
    /// Bytes of calldata, code and return data that the open frames hold themselves.
    std::uint64_t data_bytes() const;
    /// The same, if none had been refused.
    std::uint64_t wanted_data_bytes() const;

private:
    std::vector<std::unique_ptr<CallFrame>> frames_;
    std::size_t open_ = 0;
};

}  // namespace evmmem::traces
