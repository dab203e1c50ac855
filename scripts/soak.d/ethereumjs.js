// SPDX-License-Identifier: MIT
// Runs state tests in @ethereumjs/evm with the recorder of scripts/record_trace. One request a line on standard input,
// {"test": the test, "forks": [..], "trace": PATH, "memory": bool, "stack": bool, "returnData": bool}, and one answer a
// line on standard output: {"cpu": seconds of this process so far} or {"error": text}.

import { createInterface } from 'node:readline';
import { closeSync, openSync, writeSync } from 'node:fs';

import { createAddressFromString } from '@ethereumjs/util';
import { Recorder } from './recorder.js';

const bytes = (text) => Buffer.from(text.slice(2), 'hex');

class TooLarge extends Error {}

async function run(request) {
    const { test, forks, trace, limit, ...options } = request;
    const file = openSync(trace, 'w');
    let size = 0;
    const write = (text) => {
        size += text.length;
        if (size > limit) throw new TooLarge();
        writeSync(file, text);
    };
    try {
        for (const fork of forks) await transaction(test, write, { fork, ...options });
    } finally {
        closeSync(file);
    }
}

// The package has no KZG of its own. It is asked only where the commitment has the hash that the input claims.
const kzg = {
    verifyProof() {
        throw new Error('there is no KZG here');
    },
};

const block = (env) => ({
    header: {
        number: BigInt(env.currentNumber), timestamp: BigInt(env.currentTimestamp), gasLimit: BigInt(env.currentGasLimit),
        difficulty: BigInt(env.currentDifficulty), prevRandao: bytes(env.currentRandom), baseFeePerGas: BigInt(env.currentBaseFee),
        coinbase: createAddressFromString(env.currentCoinbase), slotNumber: 0n, getBlobGasPrice: () => 1n,
    },
});

async function transaction(test, write, options) {
    const recorder = new Recorder(write, { customCrypto: { kzg }, ...options });
    await recorder.start();
    for (const [where, { balance, code, nonce, storage }] of Object.entries(test.pre)) {
        await recorder.account(where, {
            balance: BigInt(balance), nonce: BigInt(nonce), code: code === '0x' ? undefined : bytes(code),
            storage: Object.entries(storage).map((pair) => pair.map(BigInt)),
        });
    }
    const { sender, to, data, gasLimit, value, gasPrice = '0xa', accessLists } = test.transaction;
    await recorder.transaction({
        from: sender, to: to === '' ? undefined : to, data: bytes(data[0]), gas: BigInt(gasLimit[0]),
        value: BigInt(value[0]), gasPrice: BigInt(gasPrice), block: block(test.env),
        accessList: (accessLists?.[0] ?? []).map(({ address, storageKeys }) => [address, storageKeys]),
    }, true);
}

const cpu = () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
};

for await (const line of createInterface({ input: process.stdin })) {
    let answer;
    try {
        await run(JSON.parse(line));
        answer = { cpu: cpu() };
    } catch (error) {
        answer = { cpu: cpu(), error: error instanceof TooLarge ? 'too large' : `${error.stack}` };
    }
    process.stdout.write(`${JSON.stringify(answer)}\n`);
}
