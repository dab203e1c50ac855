// SPDX-License-Identifier: MIT

// Package evmmem is the memory of the EVM, by cgo. Offsets and sizes are in bytes. What a call means, evmmem.h says.
package evmmem

/*
#cgo pkg-config: evmmem
#include <evmmem/core/evmmem.h>
*/
import "C"

import (
	"math"
	"unsafe"
)

// Error is an operation that was refused; memory is as it was before.
type Error C.evmmem_error

const (
	OutOfMemory         Error = C.EVMMEM_OUT_OF_MEMORY
	InvalidOffset       Error = C.EVMMEM_INVALID_OFFSET
	InvalidSize         Error = C.EVMMEM_INVALID_SIZE
	MemoryLimitExceeded Error = C.EVMMEM_MEMORY_LIMIT_EXCEEDED
)

func (e Error) Error() string { return C.GoString(C.evmmem_error_message(C.evmmem_error(e))) }

func checked(code C.evmmem_error) error {
	if code == C.EVMMEM_OK {
		return nil
	}
	return Error(code)
}

// Storage says how the bytes are kept.
type Storage C.evmmem_storage

const (
	Region   Storage = C.EVMMEM_REGION   // in a reserved range of addresses
	Doubling Storage = C.EVMMEM_DOUBLING // in one buffer that doubles
)

// Unlimited is no limit.
const Unlimited uint64 = math.MaxUint64

// Memory is that of a transaction: of the current frame, and of its callers below it.
type Memory struct{ memory *C.evmmem_memory }

// New makes a memory whose open frames may have limit bytes together. Close it when it is no longer used.
func New(storage Storage, limit uint64) (*Memory, error) {
	memory := C.evmmem_create(C.evmmem_storage(storage), C.uint64_t(limit))
	if memory == nil {
		return nil, OutOfMemory
	}
	return &Memory{memory}, nil
}

// Close gives its storage back.
func (m *Memory) Close() {
	C.evmmem_destroy(m.memory)
	m.memory = nil
}

// Size is MSIZE: a multiple of 32.
func (m *Memory) Size() uint64 { return uint64(C.evmmem_size(m.memory)) }

// EnsureCapacityGas grows to hold size bytes, and returns the gas of the expansion.
func (m *Memory) EnsureCapacityGas(size uint64) (uint64, error) {
	var gas C.uint64_t
	err := checked(C.evmmem_ensure_capacity_gas(m.memory, C.uint64_t(size), &gas))
	return uint64(gas), err
}

// Byte reads one byte, and grows nothing.
func (m *Memory) Byte(offset uint64) (byte, error) {
	var value C.uint8_t
	err := checked(C.evmmem_get_byte(m.memory, C.uint64_t(offset), &value))
	return byte(value), err
}

// Uint256 is MLOAD, which has grown memory before: limbs, least significant first, as uint256.Int keeps them.
func (m *Memory) Uint256(offset uint64) (limbs [4]uint64, err error) {
	err = checked(C.evmmem_get_u256(m.memory, C.uint64_t(offset), (*C.uint64_t)(&limbs[0])))
	return limbs, err
}

// Read copies len(target) bytes into target.
func (m *Memory) Read(offset uint64, target []byte) error {
	return checked(C.evmmem_read(m.memory, C.uint64_t(offset), C.uint64_t(len(target)), bytes(target)))
}

// SetByte is MSTORE8.
func (m *Memory) SetByte(offset uint64, value byte) error {
	return checked(C.evmmem_set_byte(m.memory, C.uint64_t(offset), C.uint8_t(value)))
}

// SetUint256 is MSTORE.
func (m *Memory) SetUint256(offset uint64, limbs *[4]uint64) error {
	return checked(C.evmmem_set_u256(m.memory, C.uint64_t(offset), (*C.uint64_t)(&limbs[0])))
}

// SetData writes all of data.
func (m *Memory) SetData(offset uint64, data []byte) error {
	return checked(C.evmmem_set_data(m.memory, C.uint64_t(offset), bytes(data), C.uint64_t(len(data))))
}

// SetDataBounded is CALLDATACOPY and its like: zeros where data has nothing.
func (m *Memory) SetDataBounded(offset uint64, data []byte, dataOffset, size uint64) error {
	return checked(C.evmmem_set_data_bounded(m.memory, C.uint64_t(offset), bytes(data), C.uint64_t(len(data)),
		C.uint64_t(dataOffset), C.uint64_t(size)))
}

// Copy is MCOPY.
func (m *Memory) Copy(target, source, size uint64) error {
	return checked(C.evmmem_copy(m.memory, C.uint64_t(target), C.uint64_t(source), C.uint64_t(size)))
}

// FrameCount is 1 for a new memory.
func (m *Memory) FrameCount() uint64 { return uint64(C.evmmem_frame_count(m.memory)) }

// EnterFrame is CALL: an empty memory; the caller's stays below it.
func (m *Memory) EnterFrame() error { return checked(C.evmmem_enter_frame(m.memory)) }

// LeaveFrame is RETURN: size bytes of output go to target of the caller's memory, which is the current one then.
func (m *Memory) LeaveFrame(output, size, target uint64) error {
	return checked(C.evmmem_leave_frame(m.memory, C.uint64_t(output), C.uint64_t(size), C.uint64_t(target)))
}

// Reset is for the next transaction.
func (m *Memory) Reset() { C.evmmem_reset(m.memory) }

func bytes(slice []byte) *C.uint8_t { return (*C.uint8_t)(unsafe.Pointer(unsafe.SliceData(slice))) }
