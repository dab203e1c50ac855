// SPDX-License-Identifier: MIT
// Compiles the Solidity programs of scripts/soak: `solidity.js FILE EVM_VERSION OPTIMIZE VIA_IR` prints
// {"code": hex of the contract Programs as deployed, "methods": {signature: selector}}.

import { readFileSync } from 'node:fs';
import solc from 'solc';

const [path, evmVersion, optimize, viaIR] = process.argv.slice(2);
const input = {
    language: 'Solidity',
    sources: { 'programs.sol': { content: readFileSync(path, 'utf8') } },
    settings: {
        optimizer: { enabled: optimize === 'true', runs: 200 },
        viaIR: viaIR === 'true',
        evmVersion,
        metadata: { appendCBOR: false, bytecodeHash: 'none' },
        outputSelection: { '*': { Programs: ['evm.deployedBytecode.object', 'evm.methodIdentifiers'] } },
    },
};
const output = JSON.parse(solc.compile(JSON.stringify(input)));
const errors = (output.errors ?? []).filter((error) => error.severity === 'error');
if (errors.length > 0) {
    process.stderr.write(errors.map((error) => error.formattedMessage).join('\n'));
    process.exit(1);
}
const { deployedBytecode, methodIdentifiers } = output.contracts['programs.sol'].Programs.evm;
process.stdout.write(JSON.stringify({ code: deployedBytecode.object, methods: methodIdentifiers }));
