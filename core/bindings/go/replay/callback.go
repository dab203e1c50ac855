// SPDX-License-Identifier: MIT

package replay

/*
#include <evmmem/traces/evmmem_replay.h>
*/
import "C"

import (
	"runtime/cgo"
	"unsafe"
)

// A panic may not cross C: the call that it came from raises it again.
//
//export evmmemHandOut
func evmmemHandOut(context unsafe.Pointer, finding *C.evmmem_finding) {
	r := cgo.Handle(context).Value().(*Replay)
	if r.panicked != nil {
		return
	}
	defer func() { r.panicked = recover() }()
	r.onFinding(Finding{
		Check: C.GoString(finding.check), Source: C.GoString(finding.source), OpName: C.GoString(finding.op_name),
		Claimed: C.GoString(finding.claimed), Computed: C.GoString(finding.computed), Detail: C.GoString(finding.detail),
		Line: uint64(finding.line), Step: uint64(finding.step), PC: uint64(finding.pc), Frame: uint64(finding.frame),
		Transaction: uint64(finding.transaction), Depth: uint32(finding.depth), Op: byte(finding.op),
		IsWarning: bool(finding.is_warning), HasBytes: bool(finding.has_bytes),
		BytesOffset: uint64(finding.bytes_offset), BytesSize: uint64(finding.bytes_size),
	})
}
