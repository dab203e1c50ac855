// SPDX-License-Identifier: MIT
// The command line of scripts/record_trace: programs to accounts, options to transactions.

import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { encode } from './calldata.js';
import { load, solidityVersion } from './program.js';
import { Recorder, forks } from './recorder.js';

const help = `usage: record_trace [options] PROGRAM

Runs PROGRAM and writes its EIP-3155 trace, with the memory of every step. A program is hex, a .hex file, a
.sol file (FILE.sol:CONTRACT picks one; it is deployed first, untraced), or a text for the assembler
(any other file; assembler.js says how it is written).

  --fork NAME               ${Object.keys(forks).join(' ')} (cancun)
  --gas N                   gas that the transaction executes with (10000000)
  --calldata HEX            what the program is called with; again for a further transaction
  --call 'f(type,..) v..'   the same, encoded: types of one word each
  --before 'f(type,..) v..' a transaction before, untraced; as hex too
  --constructor HEX         arguments of a Solidity contract's constructor
  --create                  the program is run as init code, traced
  --value N                 wei sent along (0)
  --account ADDR=PROGRAM    code of a further account; @N after it gives it N wei
  --balance N               wei of the program's own account (0)
  --address ADDR            where the program is (0xc0de)
  --from ADDR               who calls it (0xca11)
  --no-memory               lines without the memory field
  --out FILE                where to write (standard output)
  --versions                the packages' versions, and nothing else

examples:
  record_trace 600160005260206000f3
  record_trace --call 'transfer(address,uint256) 0xb0b 5' token.sol
  record_trace --account 0xaa=callee.asm --out nested.jsonl caller.asm
`;

const rich = 10n ** 30n;
const deployGas = 1n << 40n;

function fail(message) {
    process.stderr.write(`record_trace: ${message}\n`);
    process.exit(2);
}

function options() {
    const text = { type: 'string' };
    const several = { type: 'string', multiple: true };
    const flag = { type: 'boolean' };
    try {
        return parseArgs({
            allowPositionals: true,
            options: {
                fork: text, gas: text, calldata: several, call: several, before: several, constructor: text,
                create: flag, value: text, account: several, balance: text, address: text, from: text,
                'no-memory': flag, out: text, versions: flag, help: { type: 'boolean', short: 'h' },
            },
        });
    } catch (error) {
        return fail(`${error.message}; --help lists what there is`);
    }
}

const fromHex = (text) => Buffer.from(text.replace(/^0x/, ''), 'hex');
const data = (text) => (text.includes('(') ? encode(text) : fromHex(text));

/** Text to a file, in large pieces. */
function writer(path) {
    const file = path === undefined ? 1 : openSync(path, 'w');
    let held = [];
    let size = 0;
    const flush = () => {
        const all = Buffer.from(held.join(''));
        for (let done = 0; done < all.length;) done += writeSync(file, all, done);
        held = [];
        size = 0;
    };
    return {
        write(text) {
            held.push(text);
            size += text.length;
            if (size > 1 << 20) flush();
        },
        close() {
            flush();
            if (file !== 1) closeSync(file);
        },
    };
}

/** Puts a program on an account; a constructor is run first, at an address of its own. */
async function place(recorder, where, program, { fork, from, balance, argument = '' }) {
    const { code, creates } = load(program, fork);
    if (!creates) return recorder.account(where, { code, balance });
    const { execResult, createdAddress } = await recorder.transaction(
        { from, data: Buffer.concat([code, fromHex(argument)]), gas: deployGas }, false);
    if (execResult.exceptionError) throw new Error(`the constructor failed: ${execResult.exceptionError.error}`);
    return createdAddress.toString();
}

async function main() {
    const { values, positionals } = options();
    if (values.help) return process.stdout.write(help);
    if (values.versions) {
        const pinned = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')).dependencies;
        return process.stdout.write(`@ethereumjs/evm ${pinned['@ethereumjs/evm']}, solc ${solidityVersion()}\n`);
    }
    if (positionals.length !== 1) fail('one program, please; --help says how');
    const fork = values.fork ?? 'cancun';
    if (!(fork in forks)) fail(`no fork "${fork}"; there are ${Object.keys(forks).join(', ')}`);

    const from = BigInt(values.from ?? '0xca11');
    const gas = BigInt(values.gas ?? 10_000_000);
    const value = BigInt(values.value ?? 0);
    const output = writer(values.out);
    const recorder = new Recorder(output.write, { fork, memory: !values['no-memory'] });
    await recorder.start();
    await recorder.account(from, { balance: rich });
    for (const account of values.account ?? []) {
        const [where, rest] = account.split(/=(.*)/s);
        const [program, balance] = rest.split('@');
        await place(recorder, where, program, { fork, from, balance: BigInt(balance ?? 0) });
    }
    if (values.create) {
        await recorder.transaction({ from, data: load(positionals[0], fork).code, gas, value }, true);
    } else {
        const to = (await place(recorder, values.address ?? '0xc0de', positionals[0], {
            fork, from, balance: BigInt(values.balance ?? 0), argument: values.constructor ?? '',
        })) ?? values.address ?? '0xc0de';
        for (const before of values.before ?? []) {
            const { execResult } = await recorder.transaction({ from, to, data: data(before), gas }, false);
            if (execResult.exceptionError) throw new Error(`${before} failed: ${execResult.exceptionError.error}`);
        }
        const calls = [...(values.calldata ?? []), ...(values.call ?? [])];
        for (const call of calls.length > 0 ? calls : ['']) {
            await recorder.transaction({ from, to, data: data(call), gas, value }, true);
        }
    }
    output.close();
}

main().catch((error) => {
    process.stderr.write(`record_trace: ${error.message}\n`);
    process.exit(1);
});
