#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Audits a trace: audit.py [TRACE]. Without one, six steps as a client's tracer would hand them over, whose MLOAD pushes a
wrong word. The exit code is the verdict's."""
import sys

import evmmem

# op, pc, gas, gas_cost, memory_size, stack
STEPS = [
    (0x60, 0, 1000, 3, 0, []),        # PUSH1 42
    (0x5f, 2, 997, 2, 0, [42]),       # PUSH0
    (0x52, 3, 995, 6, 0, [42, 0]),    # MSTORE
    (0x5f, 4, 989, 2, 32, []),        # PUSH0
    (0x51, 5, 987, 3, 32, [0]),       # MLOAD
    (0x00, 6, 984, 0, 32, [43]),      # STOP
]
findings = []


def on_finding(finding):
    findings.append(finding.step)
    print(f"{finding.text('check')} at step {finding.step}: {finding.text('claimed')}, not {finding.text('computed')}")


with evmmem.Replay(on_finding, fork=None if len(sys.argv) > 1 else "cancun") as replay:
    if len(sys.argv) > 1:
        with open(sys.argv[1], "rb") as trace:
            while text := trace.read(1 << 16):
                replay.feed(text)
    else:
        for op, pc, gas, gas_cost, memory_size, stack in STEPS:
            replay.step(op, pc, gas, gas_cost=gas_cost, memory_size=memory_size, stack=stack)
        replay.end_transaction(gas_used=16)
    result = replay.finish()
    print(f"{result.steps} steps, verdict {result.verdict}, {len(findings)} handed out")
    sys.exit(result.verdict)
