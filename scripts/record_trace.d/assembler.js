// SPDX-License-Identifier: MIT
// A very small assembler, so that the source of a raw-bytecode trace can be read. Words, separated by space:
//
//     ; or #          a comment to the end of the line
//     MSTORE          an instruction, by the name that the EVM gives it
//     PUSH3 0x10      a push of that size, with its value
//     0x10  16        a push of a value, in as few bytes as it needs (one at least; PUSH0 is written out)
//     again:          a JUMPDEST with a name          @again    a PUSH2 of where it is
//     .bytes 0x60     bytes as they are               *16 WORD  the next word, sixteen times
//
// What needs to be known of an instruction is its number only.

const singles = {
    STOP: 0x00, ADD: 0x01, MUL: 0x02, SUB: 0x03, DIV: 0x04, SDIV: 0x05, MOD: 0x06, SMOD: 0x07, ADDMOD: 0x08,
    MULMOD: 0x09, EXP: 0x0a, SIGNEXTEND: 0x0b, LT: 0x10, GT: 0x11, SLT: 0x12, SGT: 0x13, EQ: 0x14, ISZERO: 0x15,
    AND: 0x16, OR: 0x17, XOR: 0x18, NOT: 0x19, BYTE: 0x1a, SHL: 0x1b, SHR: 0x1c, SAR: 0x1d, CLZ: 0x1e,
    KECCAK256: 0x20, ADDRESS: 0x30, BALANCE: 0x31, ORIGIN: 0x32, CALLER: 0x33, CALLVALUE: 0x34,
    CALLDATALOAD: 0x35, CALLDATASIZE: 0x36, CALLDATACOPY: 0x37, CODESIZE: 0x38, CODECOPY: 0x39, GASPRICE: 0x3a,
    EXTCODESIZE: 0x3b, EXTCODECOPY: 0x3c, RETURNDATASIZE: 0x3d, RETURNDATACOPY: 0x3e, EXTCODEHASH: 0x3f,
    BLOCKHASH: 0x40, COINBASE: 0x41, TIMESTAMP: 0x42, NUMBER: 0x43, PREVRANDAO: 0x44, GASLIMIT: 0x45,
    CHAINID: 0x46, SELFBALANCE: 0x47, BASEFEE: 0x48, BLOBHASH: 0x49, BLOBBASEFEE: 0x4a, POP: 0x50, MLOAD: 0x51,
    MSTORE: 0x52, MSTORE8: 0x53, SLOAD: 0x54, SSTORE: 0x55, JUMP: 0x56, JUMPI: 0x57, PC: 0x58, MSIZE: 0x59,
    GAS: 0x5a, JUMPDEST: 0x5b, TLOAD: 0x5c, TSTORE: 0x5d, MCOPY: 0x5e, PUSH0: 0x5f, CREATE: 0xf0, CALL: 0xf1,
    CALLCODE: 0xf2, RETURN: 0xf3, DELEGATECALL: 0xf4, CREATE2: 0xf5, STATICCALL: 0xfa, REVERT: 0xfd,
    INVALID: 0xfe, SELFDESTRUCT: 0xff,
};

const opcodes = new Map(Object.entries(singles));
for (let n = 1; n <= 32; ++n) opcodes.set(`PUSH${n}`, 0x5f + n);
for (let n = 1; n <= 16; ++n) opcodes.set(`DUP${n}`, 0x7f + n).set(`SWAP${n}`, 0x8f + n);
for (let n = 0; n <= 4; ++n) opcodes.set(`LOG${n}`, 0xa0 + n);

const isNumber = (word) => /^(0x[0-9a-fA-F]+|[0-9]+)$/.test(word);

function bigEndian(value, size) {
    const digits = value.toString(16).padStart(2 * size, '0');
    if (digits.length > 2 * size) throw new Error(`${value} does not fit ${size} bytes`);
    return Buffer.from(digits, 'hex');
}

const bytesNeeded = (value) => Math.max(1, Math.ceil(value.toString(16).length / 2));

/** The words of the text, with the repetitions written out. */
function words(text) {
    const plain = text.split('\n').map((line) => line.replace(/[;#].*$/, '')).join(' ').trim();
    const result = [];
    let times = 1;
    for (const word of plain === '' ? [] : plain.split(/\s+/)) {
        const repeat = word.match(/^\*(\d+)$/);
        if (repeat) times = Number(repeat[1]);
        else {
            for (let i = 0; i < times; ++i) result.push(word);
            times = 1;
        }
    }
    return result;
}

/** Text to code, as a Buffer. */
export function assemble(text) {
    const pieces = [];
    const labels = new Map();
    const uses = [];
    let size = 0;
    const emit = (piece) => {
        pieces.push(piece);
        size += piece.length;
    };
    const queue = words(text);
    for (let i = 0; i < queue.length; ++i) {
        const word = queue[i];
        const wide = word.match(/^PUSH(\d+)$/);
        if (wide && Number(wide[1]) > 0) {
            const value = queue[++i] ?? '';
            if (!isNumber(value)) throw new Error(`${word} wants a value, not "${value}"`);
            emit(Buffer.concat([Buffer.from([opcodes.get(word)]), bigEndian(BigInt(value), Number(wide[1]))]));
        } else if (isNumber(word)) {
            const value = BigInt(word);
            const length = bytesNeeded(value);
            emit(Buffer.concat([Buffer.from([0x5f + length]), bigEndian(value, length)]));
        } else if (word === '.bytes') {
            emit(Buffer.from((queue[++i] ?? '').replace(/^0x/, ''), 'hex'));
        } else if (word.endsWith(':')) {
            labels.set(word.slice(0, -1), size);
            emit(Buffer.from([0x5b]));
        } else if (word.startsWith('@')) {
            uses.push({ label: word.slice(1), piece: pieces.length });
            emit(Buffer.from([0x61, 0, 0]));
        } else if (opcodes.has(word)) {
            emit(Buffer.from([opcodes.get(word)]));
        } else {
            throw new Error(`"${word}" is no instruction`);
        }
    }
    for (const { label, piece } of uses) {
        if (!labels.has(label)) throw new Error(`no label "${label}"`);
        pieces[piece].writeUInt16BE(labels.get(label), 1);
    }
    return Buffer.concat(pieces);
}
