// SPDX-License-Identifier: MIT
// Calldata from a signature and its arguments, for the types that are one word each: what
// `--call 'transfer(address,uint256)' 0xb0b 5` needs, and no more of the ABI.

import { keccak_256 } from '@noble/hashes/sha3.js';

function word(type, text) {
    if (type === 'bool') return BigInt(text === 'true').toString(16).padStart(64, '0');
    if (/^bytes\d+$/.test(type)) return text.replace(/^0x/, '').padEnd(64, '0');
    if (type !== 'address' && !/^u?int\d*$/.test(type)) throw new Error(`arguments of type ${type} are not known here`);
    return BigInt.asUintN(256, BigInt(text)).toString(16).padStart(64, '0');
}

/** "name(type,..) value.." to calldata. */
export function encode(call) {
    const parts = call.trim().split(/\s+/);
    const signature = parts.shift();
    const inside = signature.match(/^[A-Za-z_$][\w$]*\((.*)\)$/);
    if (!inside) throw new Error(`"${signature}" is no signature like transfer(address,uint256)`);
    const types = inside[1] === '' ? [] : inside[1].split(',');
    if (types.length !== parts.length) throw new Error(`${signature} takes ${types.length} values, not ${parts.length}`);
    const selector = keccak_256(new TextEncoder().encode(signature)).slice(0, 4);
    return Buffer.from(Buffer.from(selector).toString('hex') + parts.map((text, i) => word(types[i], text)).join(''), 'hex');
}
