// SPDX-License-Identifier: MIT
// An access program: a list of memory operations with nothing of a trace left in it. It is what a
// pattern generates, what a trace boils down to, and what bench runs on every memory
// implementation. A program can only be appended to, and what is appended is bounded: total memory,
// number of operations, call depth. So a program from a stranger's trace can make a backend slow,
// never break it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <span>
#include <vector>

#include "evmmem_backend.h"
#include "word.hpp"

namespace evmmem {

/// One operation, as plug-ins see it; 32 bytes.
using AccessOp = evmmem_op;
static_assert(sizeof(AccessOp) == 32, "programs are streamed through the cache that they measure");

/// Operations on a memory, in their order, as a trace or a pattern makes them; each is checked when it is appended.
class AccessProgram {
public:
    /// What a program may hold and do.
    struct Limits {
        std::size_t ops_max = std::size_t{1} << 20;        ///< operations
        std::uint64_t bytes_max = std::uint64_t{1} << 28;  ///< of memory, all open frames together
        std::uint64_t data_size = std::uint64_t{1} << 17;  ///< bytes that write() copies from
        std::size_t frames_max = 1025;  ///< open at a time, the outermost included
    };

    /// `refused`: the operation would break a limit or is not representable; the program is as it
    /// was. `full`: ops_max was reached; the program is a prefix of what was asked for and takes
    /// nothing more.
    enum class Appended { yes, full, refused };

    /// An empty program.
    AccessProgram() : AccessProgram(Limits{}) {}
    /// An empty program with limits of its own.
    explicit AccessProgram(const Limits& limits) : limits_{limits} {}

    // ---- appending: offsets and sizes in bytes; size 0 touches nothing and appends nothing ------

    /// MSTORE of a value made from the two lowest limbs of `value`: see EVMMEM_STORE_WORD.
    Appended store_word(std::uint64_t offset, const Word& value);
    /// MLOAD.
    Appended load_word(std::uint64_t offset);
    /// MSTORE8.
    Appended store_byte(std::uint64_t offset, std::uint8_t value);
    /// MCOPY.
    Appended copy(std::uint64_t target, std::uint64_t source, std::uint64_t size);
    /// CALLDATACOPY and its like: `available` bytes (at most `size`) from the program's data, then
    /// zeros.
    Appended write(std::uint64_t offset, std::uint64_t size, std::uint64_t available);
    /// KECCAK256, LOG, RETURN, REVERT, CALL's input: reads the range, growing memory as they do.
    Appended read(std::uint64_t offset, std::uint64_t size);
    /// The current frame holds `size` bytes from now on; does nothing when it already does.
    Appended grow(std::uint64_t size);
    /// A call: opens an empty child frame.
    Appended enter_frame();
    /// Ends the current frame; `size` bytes from `source` of it go to `offset` of its parent.
    /// Refused in the outermost frame.
    Appended leave_frame(std::uint64_t offset = 0, std::uint64_t source = 0,
                         std::uint64_t size = 0);
    /// The end of a transaction: one empty frame remains.
    Appended reset();

    // ---- questions ------------------------------------------------------------------------------

    /// The operations; valid until the next is appended.
    std::span<const AccessOp> ops() const { return ops_; }
    /// Whether ops_max was reached: more was asked for than the program holds.
    bool is_full() const { return is_full_; }
    /// Operations that were refused.
    std::uint64_t refused() const { return refused_; }
    /// Bytes that the operations move: stored, loaded, copied and zero-filled on demand, each once.
    std::uint64_t bytes_moved() const { return bytes_moved_; }
    /// The most memory that is open at a time, all frames together.
    std::uint64_t peak_bytes() const { return peak_bytes_; }
    /// The largest range of read() or leave_frame(): what an output buffer must hold.
    std::uint64_t output_bytes() const { return output_bytes_; }
    /// Size of the current frame after the last operation, in bytes.
    std::uint64_t size() const { return sizes_.back(); }
    /// Frames open after the last operation, the outermost included.
    std::size_t frame_count() const { return sizes_.size(); }
    /// The limits that it was made with.
    const Limits& limits() const { return limits_; }

    /// What write() copies from: data_size bytes, the same for every program of that size.
    std::vector<std::uint8_t> data() const;
    /// Of the operations; the same on every machine.
    std::uint64_t digest() const;

private:
    /// Grows the current frame of the model to hold the range; false when that breaks a limit.
    bool touch(std::uint64_t offset, std::uint64_t size);
    bool has_room(std::size_t count);
    Appended append(const AccessOp& op, std::uint64_t bytes);
    Appended refuse();

    Limits limits_;
    std::vector<AccessOp> ops_;
    std::vector<std::uint64_t> sizes_ = {0};  // of the open frames, outermost first
    std::uint64_t open_bytes_ = 0;            // sum of sizes_
    std::uint64_t bytes_moved_ = 0;
    std::uint64_t peak_bytes_ = 0;
    std::uint64_t output_bytes_ = 0;
    std::uint64_t refused_ = 0;
    bool is_full_ = false;
};

/// What a run of a program came to.
struct AccessResult {
    std::uint64_t checksum = 0;  ///< of the words loaded: evmmem_fold()
    std::uint64_t size = 0;      ///< of the current frame at the end, in bytes

    bool operator==(const AccessResult&) const = default;
};

/// Bytes from the start of a page on, as a memory's are that is mapped: what is measured must not
/// hang on where an allocator happens to put the other end of a copy.
template <typename T>
struct PageAllocator {
    using value_type = T;
    static constexpr std::align_val_t alignment{4096};

    PageAllocator() = default;
    template <typename U>
    PageAllocator(const PageAllocator<U>&) {}

    T* allocate(std::size_t count) {
        return static_cast<T*>(::operator new(count * sizeof(T), alignment));
    }
    void deallocate(T* storage, std::size_t) { ::operator delete(storage, alignment); }

    bool operator==(const PageAllocator&) const = default;
};
/// Bytes from the start of a page on.
using PageBytes = std::vector<std::uint8_t, PageAllocator<std::uint8_t>>;

/// The buffers of a run, made once and used for every run of one program.
class AccessBuffers {
public:
    /// Buffers as large as the program asks for; not bound to it afterwards.
    explicit AccessBuffers(const AccessProgram& program);
    /// A run that begins: no checksum yet.
    evmmem_run begin();

private:
    PageBytes data_;
    PageBytes output_;
};

}  // namespace evmmem
