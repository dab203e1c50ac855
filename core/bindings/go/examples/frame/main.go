// SPDX-License-Identifier: MIT

// A frame's worth of memory: what a few instructions and a call do to it.
package main

import (
	"fmt"
	"log"

	"evmmem"
)

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func main() {
	memory, err := evmmem.New(evmmem.Region, evmmem.Unlimited)
	must(err)
	defer memory.Close()
	gas, err := memory.EnsureCapacityGas(64)
	must(err)
	must(memory.SetUint256(32, &[4]uint64{42})) // MSTORE
	must(memory.Copy(0, 32, 32))                // MCOPY
	must(memory.EnterFrame())                   // CALL
	must(memory.SetUint256(0, &[4]uint64{7}))
	must(memory.LeaveFrame(0, 32, 0)) // RETURN
	first, err := memory.Uint256(0)
	must(err)
	second, err := memory.Uint256(32)
	must(err)
	fmt.Printf("gas %d, words %d and %d, size %d, frames %d\n", gas, first[0], second[0], memory.Size(), memory.FrameCount())
	if _, err := memory.Byte(64); err != nil {
		fmt.Println("byte 64:", err)
	}
}
