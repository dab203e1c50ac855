// SPDX-License-Identifier: MIT
// Runs transactions in @ethereumjs/evm and writes each instruction as an EIP-3155 line, in the order of fields
// and the spelling of geth's JSON logger, always with the state BEFORE the instruction.
//
// The package's own `step` event is not enough for that: it lacks the return data, its gasCost leaves out the
// gas that a call passes on, it does not say which step failed, and code that runs off its end has no STOP.
// So the interpreter's methods are wrapped here:
//   - runStep:      the state before the instruction, and whether it threw (then its line has an `error`);
//   - _runStepHook: the instruction's gas is known, and nothing of it has happened yet;
//   - run:          the frame has ended: where the code ran off its end, a STOP after it.

import { Common, Hardfork, Mainnet } from '@ethereumjs/common';
import { createEVM } from '@ethereumjs/evm';
import { SimpleStateManager } from '@ethereumjs/statemanager';
import { Account, bigIntToBytes, createAddressFromBigInt, setLengthLeft, unpadBytes } from '@ethereumjs/util';

// Not exported by the package; the file is, by its path.
import { Interpreter } from './node_modules/@ethereumjs/evm/dist/esm/interpreter.js';

/** Our names of the forks, and the package's. */
export const forks = {
    frontier: Hardfork.Chainstart, homestead: Hardfork.Homestead, tangerine_whistle: Hardfork.TangerineWhistle,
    spurious_dragon: Hardfork.SpuriousDragon, byzantium: Hardfork.Byzantium,
    constantinople: Hardfork.Constantinople, petersburg: Hardfork.Petersburg, istanbul: Hardfork.Istanbul,
    berlin: Hardfork.Berlin, london: Hardfork.London, paris: Hardfork.Paris, shanghai: Hardfork.Shanghai,
    cancun: Hardfork.Cancun, prague: Hardfork.Prague, osaka: Hardfork.Osaka, amsterdam: Hardfork.Amsterdam,
};

/** geth's words for the package's errors. */
const errors = {
    'revert': 'execution reverted',
    'invalid JUMP': 'invalid jump destination',
    'static state change': 'write protection',
    'code size to deposit exceeds maximum code size': 'max code size exceeded',
    'code store out of gas': 'contract creation code storage out of gas',
    'invalid bytecode deployed': 'invalid code: must not begin with 0xef',
    'initcode exceeds max initcode size': 'max initcode size exceeded',
    'create collision': 'contract address collision',
};

const gas64 = (1n << 64n) - 1n;
const hex = (value) => '0x' + value.toString(16);
const quoted = (value) => `"${hex(value)}"`;
const bytes = (array) => '0x' + Buffer.from(array.buffer, array.byteOffset, array.length).toString('hex');
const word = (value) => setLengthLeft(bigIntToBytes(value), 32);
const address = (value) => createAddressFromBigInt(BigInt(value));

let recorder = null; // whose transaction the interpreter is running
let wrapped = false;

/** Puts the recorder into the interpreter's methods, once. */
function wrap() {
    if (wrapped) return;
    wrapped = true;
    const { runStep, run } = Interpreter.prototype;

    Interpreter.prototype.runStep = async function (info) {
        const { gasLeft, memoryWordCount, stateGasSpilled } = this._runState;
        this.before = { gasLeft, memoryWordCount, stateGasSpilled };
        try {
            await runStep.call(this, info);
        } catch (error) {
            if (recorder.recording) recorder.failed(this, error);
            throw error;
        }
    };
    Interpreter.prototype._runStepHook = async function (gas) {
        if (recorder.recording) recorder.step(this, gas);
    };
    Interpreter.prototype.run = async function (code, options) {
        const result = await run.call(this, code, options);
        const ranOff = code.length > 0 && result.exceptionError === undefined && this.halted !== true;
        if (recorder.recording && ranOff) recorder.stop(this);
        return result;
    };
}

export class Recorder {
    /**
     * `write` takes text; `options`: fork (of `forks`), memory (whether lines carry it), and stack and returnData,
     * which they carry unless false; customCrypto for the package. Of several recorders the one that started last records.
     */
    constructor(write, options) {
        this.write = write;
        this.options = options;
        this.pending = null; // the last line, held back until it is known whether its instruction fails
        this.recording = false;
    }

    async start() {
        const common = new Common({
            chain: Mainnet, hardfork: forks[this.options.fork], customCrypto: this.options.customCrypto ?? {},
        });
        this.state = new SimpleStateManager({ common });
        this.evm = await createEVM({ common, stateManager: this.state });
        // The hook runs for listeners only.
        this.evm.events.on('step', (_, next) => next?.());
        wrap();
        recorder = this;
    }

    /** `storage`: pairs of slot and value, big integers. */
    async account(where, { code, balance = 0n, nonce = 0n, storage = [] }) {
        const account = new Account(nonce, balance);
        await this.state.putAccount(address(where), account);
        if (code !== undefined) await this.state.putCode(address(where), code);
        for (const [slot, value] of storage) await this.state.putStorage(address(where), word(slot), unpadBytes(word(value)));
    }

    async code(where) {
        return this.state.getCode(address(where));
    }

    /**
     * Runs a transaction; `traced` writes its lines and its summary. Returns the package's result.
     * `accessList`: [address, [slots]] each; `block`: the package's, with its coinbase.
     */
    async transaction({ from, to, data, gas, value = 0n, gasPrice, accessList = [], block }, traced) {
        const coinbase = block?.header.coinbase.toString() ?? 0n;
        for (const precompile of this.evm.precompiles.keys()) this.evm.journal.addAlwaysWarmAddress(precompile);
        for (const warm of [from, to, ...(this.#since(Hardfork.Shanghai) ? [coinbase] : [])])
            if (warm !== undefined) this.evm.journal.addAlwaysWarmAddress(address(warm).toString());
        for (const [where, slots] of accessList) {
            this.evm.journal.addAlwaysWarmAddress(address(where).toString());
            for (const slot of slots) this.evm.journal.addAlwaysWarmSlot(address(where).toString(), bytes(word(BigInt(slot))));
        }
        this.recording = traced;
        this.lastError = undefined;
        const result = await this.evm.runCall({
            caller: address(from), origin: address(from), gasLimit: gas, gasPrice, data, value, block,
            to: to === undefined ? undefined : address(to),
        });
        this.#flush();
        this.recording = false;
        await this.evm.journal.cleanup();
        if (traced) this.#summary(result.execResult);
        return result;
    }

    #since(fork) {
        return this.evm.common.gteHardfork(fork);
    }

    step(frame, gas) {
        const run = frame._runState;
        const { gasLeft, memoryWordCount, stateGasSpilled } = frame.before;
        const info = frame.lookupOpInfo(run.opCode).opcodeInfo;
        // The package has taken some of Amsterdam's charges already; the state's gas is no part of gasCost.
        let cost = gas + (gasLeft - run.gasLeft) - (run.stateGasSpilled - stateGasSpilled);
        const calls = [0xf1, 0xf2, 0xf4, 0xfa].includes(run.opCode);
        if (calls && run.messageGasLimit !== undefined) cost += run.messageGasLimit;
        // Not even added up: geth has the warm price by then, the package nothing.
        if (calls && run.messageGasLimit === undefined && cost === 0n) cost = 100n;
        if (cost > gas64) cost = info.feeBigInt;
        this.#line(frame, run.programCounter, run.opCode, name(run.opCode, info), gasLeft, cost, memoryWordCount);
    }

    stop(frame) {
        const run = frame._runState;
        this.#line(frame, run.programCounter, 0, 'STOP', run.gasLeft, 0n, run.memoryWordCount);
    }

    #line(frame, pc, op, opName, gas, gasCost, words) {
        this.#flush();
        const run = frame._runState;
        const { stack: hasStack = true, returnData: hasReturnData = true } = this.options;
        const stack = hasStack ? `,"stack":[${run.stack.getStack().map(quoted).join(',')}]` : '';
        const returnData = hasReturnData ? `,"returnData":"${bytes(run.returnBytes)}"` : '';
        const memory = this.options.memory ? `,"memory":"${content(run.memory._store, Number(words) * 32)}"` : '';
        this.pending = {
            frame,
            error: null,
            text: `{"pc":${pc},"op":${op},"gas":${quoted(gas)},"gasCost":${quoted(gasCost)}${memory},` +
                `"memSize":${Number(words) * 32}${stack}${returnData},` +
                `"depth":${frame._env.depth + 1},"refund":${run.gasRefund},"opName":${JSON.stringify(opName)}`,
        };
    }

    failed(frame, error) {
        if (error.error === undefined) throw error;
        frame.halted = true;
        if (error.error === 'stop') return;
        if (this.pending?.frame !== frame) throw new Error(`an instruction failed that is not the last: ${error.error}`);
        this.pending.error = this.#describe(frame, error.error);
        if (frame._env.depth === 0) this.lastError = this.pending.error;
    }

    #describe(frame, error) {
        const run = frame._runState;
        // The package says "out of gas" for return data out of bounds.
        if (error === 'out of gas' && run.opCode === 0x3e) {
            const [, offset, length] = run.stack.peek(3);
            if (offset + length > BigInt(run.returnBytes.length)) return 'return data out of bounds';
        }
        return errors[error] ?? error;
    }

    #flush() {
        if (this.pending === null) return;
        const { text, error } = this.pending;
        this.write(error === null ? `${text}}\n` : `${text},"error":${JSON.stringify(error)}}\n`);
        this.pending = null;
    }

    #summary({ returnValue, executionGasUsed, exceptionError }) {
        const failed = exceptionError?.error;
        const halted = failed !== undefined && failed !== 'revert';
        const output = halted ? '' : bytes(returnValue).slice(2);
        const error = failed === undefined ? '' : `,"error":${JSON.stringify(this.lastError ?? errors[failed] ?? failed)}`;
        this.write(`{"output":"${output}","gasUsed":"${hex(executionGasUsed)}"${error}}\n`);
    }
}

function name(op, info) {
    if (!info.isInvalid) return info.fullName;
    return op === 0xfe ? 'INVALID' : `opcode ${hex(op)} not defined`;
}

/** The memory that the instructions so far have paid for; the package may hold more of it, or less. */
function content(store, size) {
    const held = bytes(store.subarray(0, Math.min(size, store.length)));
    return held.padEnd(2 + 2 * size, '0');
}
