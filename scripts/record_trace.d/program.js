// SPDX-License-Identifier: MIT
// What the command line calls a program, as bytes of code: hex, the assembler's text, or a Solidity contract.

import { createRequire } from 'node:module';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

import { assemble } from './assembler.js';

const isHex = (text) => /^(0x)?([0-9a-fA-F]{2})*$/.test(text);
const fromHex = (text) => Buffer.from(text.replace(/^0x/, ''), 'hex');

/** solc's name of a fork; it knows none before Homestead and no names of its own. */
function evmVersion(fork) {
    const names = { frontier: 'homestead', tangerine_whistle: 'tangerineWhistle', spurious_dragon: 'spuriousDragon',
        amsterdam: 'osaka' };
    return names[fork] ?? fork;
}

function compile(path, contract, fork) {
    const solc = createRequire(import.meta.url)('solc');
    const name = path.split('/').pop();
    const input = {
        language: 'Solidity',
        sources: { [name]: { content: readFileSync(path, 'utf8') } },
        settings: {
            optimizer: { enabled: true, runs: 200 },
            viaIR: true,
            evmVersion: evmVersion(fork),
            metadata: { appendCBOR: false, bytecodeHash: 'none' },
            outputSelection: { '*': { '*': ['evm.bytecode.object'] } },
        },
    };
    const imported = (wanted) => {
        const found = resolve(dirname(path), wanted);
        return existsSync(found) ? { contents: readFileSync(found, 'utf8') } : { error: 'not found' };
    };
    const output = JSON.parse(solc.compile(JSON.stringify(input), { import: imported }));
    const errors = (output.errors ?? []).filter((error) => error.severity === 'error');
    if (errors.length > 0) throw new Error(errors.map((error) => error.formattedMessage).join('\n'));
    const contracts = output.contracts[name];
    const chosen = contract ?? Object.keys(contracts).at(-1);
    if (!contracts[chosen]) throw new Error(`${path} has no contract ${chosen}`);
    return fromHex(contracts[chosen].evm.bytecode.object);
}

/**
 * A program's code. `creates` says that it is a constructor's: a Solidity contract is deployed first, and
 * what the constructor returns is what runs.
 */
export function load(program, fork) {
    if (isHex(program)) return { code: fromHex(program), creates: false };
    const [path, contract] = program.split(':');
    if (!existsSync(path)) throw new Error(`${path}: neither hex nor a file`);
    if (path.endsWith('.sol')) return { code: compile(path, contract, fork), creates: true };
    const text = readFileSync(path, 'utf8');
    if (path.endsWith('.hex')) return { code: fromHex(text.replace(/\s+/g, '')), creates: false };
    return { code: assemble(text), creates: false };
}

export function solidityVersion() {
    return createRequire(import.meta.url)('solc').version();
}
