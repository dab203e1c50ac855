// SPDX-License-Identifier: MIT

// The plug-in for evmmem bench around go-ethereum's own vm.Memory: its code does the work, this only hands it
// operations, as its interpreter does (resize to whole words first, then touch).
package main

/*
#include <stdlib.h>

#include "core/evmmem_backend.h"

void* geth_create(void);
void geth_destroy(void* memory);
void geth_reset(void* memory);
int geth_run(void* memory, evmmem_op* ops, size_t count, evmmem_run* run);
*/
import "C"

import (
	"math/bits"
	"runtime/cgo"
	"unsafe"

	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/holiman/uint256"
)

// The memories of the open frames, outermost first.
type frames struct {
	open []*vm.Memory
}

func (f *frames) current() *vm.Memory { return f.open[len(f.open)-1] }

// The current frame, holding size bytes from offset on.
func (f *frames) touch(offset, size uint64) *vm.Memory {
	memory := f.current()
	if needed := (offset + size + 31) / 32 * 32; needed > uint64(memory.Len()) {
		memory.Resize(needed)
	}
	return memory
}

func (f *frames) leave() {
	f.current().Free()
	f.open = f.open[:len(f.open)-1]
}

func (f *frames) reset() {
	for len(f.open) > 0 {
		f.leave()
	}
	f.open = append(f.open, vm.NewMemory())
}

// As core/vm's getData: what is there, and zeros after it, in a slice of its own.
func getData(data []byte, start, size uint64) []byte {
	length := uint64(len(data))
	start = min(start, length)
	end := min(start+size, length)
	if end-start == size {
		return data[start:end]
	}
	padded := make([]byte, size)
	copy(padded, data[start:end])
	return padded
}

func (f *frames) apply(op *C.evmmem_op, run *C.evmmem_run, data, output []byte) {
	offset, size, source := uint64(op.offset), uint64(op.size), uint64(op.source)
	switch op.kind {
	case C.EVMMEM_STORE_WORD:
		word := uint256.Int{source, size, ^source, ^size}
		f.touch(offset, 32).Set32(offset, &word)
	case C.EVMMEM_LOAD_WORD:
		var word uint256.Int
		word.SetBytes32(f.touch(offset, 32).GetPtr(offset, 32))
		for i := range word {
			run.word[i] = C.uint64_t(word[i])
		}
		run.checksum = C.uint64_t(bits.RotateLeft64(uint64(run.checksum), 5) ^ (word[0] + word[3]))
	case C.EVMMEM_STORE_BYTE:
		f.touch(offset, 1).Data()[offset] = byte(source)
	case C.EVMMEM_COPY:
		f.touch(max(offset, source), size).Copy(offset, source, size)
	case C.EVMMEM_WRITE:
		f.touch(offset, size).Set(offset, size, getData(data, source, size))
	case C.EVMMEM_READ:
		copy(output, f.touch(offset, size).GetPtr(offset, size))
	case C.EVMMEM_GROW:
		f.touch(0, size)
	case C.EVMMEM_ENTER:
		f.open = append(f.open, vm.NewMemory())
	case C.EVMMEM_LEAVE:
		if size != 0 {
			copy(output, f.touch(source, size).GetPtr(source, size))
		}
		f.leave()
		if size != 0 {
			f.touch(offset, size).Set(offset, size, output[:size])
		}
	case C.EVMMEM_RESET:
		f.reset()
	}
}

//export geth_create
func geth_create() unsafe.Pointer {
	f := &frames{}
	f.reset()
	// A pointer of C's to hold the handle: Go's own may not be kept there.
	place := C.malloc(C.size_t(unsafe.Sizeof(cgo.Handle(0))))
	*(*cgo.Handle)(place) = cgo.NewHandle(f)
	return place
}

func of(place unsafe.Pointer) *frames { return (*(*cgo.Handle)(place)).Value().(*frames) }

//export geth_destroy
func geth_destroy(place unsafe.Pointer) {
	(*(*cgo.Handle)(place)).Delete()
	C.free(place)
}

//export geth_reset
func geth_reset(place unsafe.Pointer) { of(place).reset() }

//export geth_run
func geth_run(place unsafe.Pointer, ops *C.evmmem_op, count C.size_t, run *C.evmmem_run) C.int {
	f := of(place)
	data := unsafe.Slice((*byte)(unsafe.Pointer(run.data)), int(run.data_size))
	output := unsafe.Slice((*byte)(unsafe.Pointer(run.output)), int(run.output_size))
	list := unsafe.Slice(ops, int(count))
	for i := range list {
		f.apply(&list[i], run, data, output)
	}
	run.size = C.uint64_t(f.current().Len())
	return 0
}

func main() {}
