// SPDX-License-Identifier: MIT

// Audits a trace: audit [TRACE]. Without one, six steps as a client's tracer would hand them over, whose MLOAD pushes a wrong
// word. The exit code is the verdict's.
package main

import (
	"fmt"
	"io"
	"log"
	"os"
	"strconv"
	"strings"

	"evmmem/replay"
)

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func printable(text string) string { return strings.Trim(strconv.QuoteToASCII(text), `"`) }

// PUSH1 42, PUSH0, MSTORE, PUSH0, MLOAD, STOP
var steps = []struct {
	op                           byte
	pc, gas, gasCost, memorySize uint64
	stack                        [][4]uint64
}{
	{0x60, 0, 1000, 3, 0, [][4]uint64{}},
	{0x5f, 2, 997, 2, 0, [][4]uint64{{42}}},
	{0x52, 3, 995, 6, 0, [][4]uint64{{42}, {0}}},
	{0x5f, 4, 989, 2, 32, [][4]uint64{}},
	{0x51, 5, 987, 3, 32, [][4]uint64{{0}}},
	{0x00, 6, 984, 0, 32, [][4]uint64{{43}}},
}

// Replays a trace's text in pieces.
func feed(audit *replay.Replay, path string) {
	trace, err := os.Open(path)
	must(err)
	defer trace.Close()
	text := make([]byte, 1<<16)
	for {
		size, err := trace.Read(text)
		must(audit.Feed(text[:size]))
		if err == io.EOF {
			return
		}
		must(err)
	}
}

func main() {
	count := 0
	options := replay.Options{OnFinding: func(finding replay.Finding) {
		count++
		fmt.Printf("%s at step %d: %s, not %s\n", finding.Check, finding.Step, printable(finding.Claimed), printable(finding.Computed))
	}}
	if len(os.Args) == 1 {
		options.Fork = "cancun"
	}
	audit, err := replay.New(options)
	must(err)
	if len(os.Args) > 1 {
		feed(audit, os.Args[1])
	} else {
		for _, each := range steps {
			must(audit.Step(&replay.Step{Op: each.op, PC: each.pc, Gas: each.gas, Depth: 1, GasCost: &each.gasCost,
				MemorySize: &each.memorySize, Stack: each.stack}))
		}
		used := uint64(16)
		must(audit.EndTransaction(replay.TransactionEnd{GasUsed: &used}))
	}
	result, err := audit.Finish()
	must(err)
	fmt.Printf("%d steps, verdict %d, %d handed out\n", result.Steps, result.Verdict, count)
	audit.Close()
	os.Exit(result.Verdict)
}
