// SPDX-License-Identifier: MIT

// Package replay audits traces of the EVM, by cgo. What a call means, evmmem_replay.h says.
package replay

/*
#cgo pkg-config: evmmem-replay
#include <evmmem/traces/evmmem_replay.h>
#include <stdlib.h>

void evmmemHandOut(void* context, evmmem_finding* finding);

// Go has no const, and knows its handles as numbers.
static inline void call_go(evmmem_replay_options* options, uintptr_t handle) {
    options->on_finding = (void (*)(void*, const evmmem_finding*))evmmemHandOut;
    options->context = (void*)handle;
}
*/
import "C"

import (
	"runtime"
	"runtime/cgo"
	"unsafe"
)

// Error is a refused call, with the number of evmmem_replay.h.
type Error C.evmmem_replay_status

func (e Error) Error() string { return C.GoString(C.evmmem_replay_message(C.evmmem_replay_status(e))) }

// Finding is a claim of the trace that is wrong. Some texts quote the trace: escape them before printing.
type Finding struct {
	Check, Source, OpName, Claimed, Computed, Detail string
	Line, Step, PC, Frame, Transaction               uint64
	Depth                                            uint32
	Op                                               byte
	IsWarning, HasBytes                              bool
	BytesOffset, BytesSize                           uint64
}

// NoNumber is no limit; as a price: there is no such instruction.
const NoNumber uint64 = C.EVMMEM_NO_NUMBER

// Options may be left empty: all is found out then.
type Options struct {
	Fork, Dialect, Checks string
	Rules                 string            // published ones in the place of the forks' own
	Changes               map[string]uint64 // numbers of the rules on top of these, by their keys; NoNumber for none
	Calldata, Code        []byte            // nil: not known
	// OnFinding is called during the other calls; it must not call this replay.
	OnFinding func(Finding)
}

// Step is the state before an instruction; nil for what the tracer does not show.
type Step struct {
	PC, Gas    uint64
	Depth      uint32
	Op         byte
	GasCost    *uint64
	Stack      [][4]uint64 // bottom first, as uint256.Int keeps words
	Memory     []byte      // all of the current frame's
	MemorySize *uint64     // in bytes; Memory says it, too
	ReturnData []byte
	Refund     *int64
	Error      string // why the step fails, where that is known
}

// TransactionEnd is how a transaction ended; nil for what is not known.
type TransactionEnd struct {
	GasUsed *uint64
	Output  []byte
	Error   string
}

// Result is the verdict with its counts. The verdict's number is the program's exit code: 0 agrees, 1 findings,
// 3 incomplete, 10 unreadable. Why quotes the trace.
type Result struct {
	Verdict                                 int
	Why, Dialect, Forks                     string
	Steps, Frames, Transactions             uint64
	Findings, Warnings                      uint64
	ChecksMade, ChecksImpossible, MemoryGas uint64
}

// Replay is an audit of one trace, given as text or step by step. Close it when it is no longer used.
type Replay struct {
	replay    *C.evmmem_replay
	handle    cgo.Handle
	panicked  any
	onFinding func(Finding)
}

// New begins an audit.
func New(options Options) (*Replay, error) {
	r := &Replay{onFinding: options.OnFinding}
	var given C.evmmem_replay_options
	given.struct_size = C.sizeof_evmmem_replay_options
	var texts texts
	defer texts.free()
	given.fork, given.dialect, given.checks = texts.c(options.Fork), texts.c(options.Dialect), texts.c(options.Checks)
	given.rules = texts.c(options.Rules)
	changes := make([]C.evmmem_rule, 0, len(options.Changes))
	for key, number := range options.Changes {
		changes = append(changes, C.evmmem_rule{key: texts.c(key), number: C.uint64_t(number)})
	}
	var pins runtime.Pinner
	defer pins.Unpin()
	if len(changes) > 0 {
		pins.Pin(&changes[0])
		given.changes, given.change_count = &changes[0], C.size_t(len(changes))
	}
	given.calldata, given.calldata_size = pinned(&pins, options.Calldata), C.size_t(len(options.Calldata))
	given.code, given.code_size = pinned(&pins, options.Code), C.size_t(len(options.Code))
	r.handle = cgo.NewHandle(r)
	if options.OnFinding != nil {
		C.call_go(&given, C.uintptr_t(r.handle))
	}
	if status := C.evmmem_replay_create(&given, &r.replay); status != C.EVMMEM_REPLAY_OK {
		r.handle.Delete()
		return nil, Error(status)
	}
	return r, nil
}

// Close may come at any time.
func (r *Replay) Close() {
	C.evmmem_replay_destroy(r.replay)
	r.replay = nil
	r.handle.Delete()
}

func (r *Replay) checked(status C.evmmem_replay_status) error {
	if panicked := r.panicked; panicked != nil {
		r.panicked = nil
		panic(panicked)
	}
	if status != C.EVMMEM_REPLAY_OK {
		return Error(status)
	}
	return nil
}

// Feed takes the next bytes of the trace, plain or compressed, split anywhere.
func (r *Replay) Feed(text []byte) error {
	if len(text) == 0 {
		return nil
	}
	return r.checked(C.evmmem_replay_feed(r.replay, unsafe.Pointer(unsafe.SliceData(text)), C.size_t(len(text))))
}

// Step takes the next step.
func (r *Replay) Step(step *Step) error {
	var pins runtime.Pinner
	defer pins.Unpin()
	var texts texts
	defer texts.free()
	var given C.evmmem_step
	given.struct_size = C.sizeof_evmmem_step
	given.pc, given.gas, given.depth, given.op = C.uint64_t(step.PC), C.uint64_t(step.Gas), C.uint32_t(step.Depth), C.uint8_t(step.Op)
	given.error = texts.c(step.Error)
	if step.GasCost != nil {
		given.shows |= C.EVMMEM_SHOWS_GAS_COST
		given.gas_cost = C.uint64_t(*step.GasCost)
	}
	if step.Stack != nil {
		given.shows |= C.EVMMEM_SHOWS_STACK
		given.stack_size = C.uint32_t(len(step.Stack))
		if len(step.Stack) > 0 {
			pins.Pin(&step.Stack[0])
			given.stack = (*[4]C.uint64_t)(unsafe.Pointer(&step.Stack[0]))
		}
	}
	if step.MemorySize != nil {
		given.shows |= C.EVMMEM_SHOWS_MEMORY_SIZE
		given.memory_size = C.uint64_t(*step.MemorySize)
	}
	if step.Memory != nil {
		given.shows |= C.EVMMEM_SHOWS_MEMORY
		given.memory, given.memory_size = pinned(&pins, step.Memory), C.uint64_t(len(step.Memory))
	}
	if step.ReturnData != nil {
		given.shows |= C.EVMMEM_SHOWS_RETURN_DATA
		given.return_data, given.return_data_size = pinned(&pins, step.ReturnData), C.size_t(len(step.ReturnData))
	}
	if step.Refund != nil {
		given.shows |= C.EVMMEM_SHOWS_REFUND
		given.refund = C.int64_t(*step.Refund)
	}
	return r.checked(C.evmmem_replay_step(r.replay, &given))
}

// EndTransaction says how it ended; the step after it begins another one.
func (r *Replay) EndTransaction(end TransactionEnd) error {
	var pins runtime.Pinner
	defer pins.Unpin()
	var texts texts
	defer texts.free()
	var given C.evmmem_transaction_end
	given.struct_size = C.sizeof_evmmem_transaction_end
	given.error = texts.c(end.Error)
	if end.GasUsed != nil {
		given.has_gas_used, given.gas_used = true, C.uint64_t(*end.GasUsed)
	}
	if end.Output != nil {
		given.has_output, given.output, given.output_size = true, pinned(&pins, end.Output), C.size_t(len(end.Output))
	}
	return r.checked(C.evmmem_replay_end_transaction(r.replay, &given))
}

// Finish ends the trace, and hands out the findings that wait.
func (r *Replay) Finish() (Result, error) {
	var result C.evmmem_replay_result
	result.struct_size = C.sizeof_evmmem_replay_result
	if err := r.checked(C.evmmem_replay_finish(r.replay, &result)); err != nil {
		return Result{}, err
	}
	return Result{
		Verdict: int(result.verdict),
		Why:     C.GoString(result.why), Dialect: C.GoString(result.dialect), Forks: C.GoString(result.forks),
		Steps: uint64(result.steps), Frames: uint64(result.frames), Transactions: uint64(result.transactions),
		Findings: uint64(result.findings), Warnings: uint64(result.warnings),
		ChecksMade: uint64(result.checks_made), ChecksImpossible: uint64(result.checks_impossible),
		MemoryGas: uint64(result.memory_gas),
	}, nil
}

// texts are C's copies, to be freed after the call.
type texts []*C.char

func (t *texts) c(text string) *C.char {
	if text == "" {
		return nil
	}
	*t = append(*t, C.CString(text))
	return (*t)[len(*t)-1]
}

func (t *texts) free() {
	for _, text := range *t {
		C.free(unsafe.Pointer(text))
	}
}

// pinned is where C finds the bytes until they are unpinned.
func pinned(pins *runtime.Pinner, data []byte) *C.uint8_t {
	if len(data) == 0 {
		return nil
	}
	pins.Pin(&data[0])
	return (*C.uint8_t)(&data[0])
}
