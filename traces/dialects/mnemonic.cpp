// SPDX-License-Identifier: MIT
#include "mnemonic.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string>

#include "core/hex.hpp"
#include "core/opcode_table.hpp"

namespace evmmem::traces {
namespace {

/// Instructions by the mnemonics of all clients; a hash over the first eight characters and the
/// last two.
class Mnemonics {
public:
    Mnemonics() {
        for (const OpcodeInfo& row : opcode_rows())
            add(row.name, row.opcode);
        for (const std::string_view old : {"SHA3", "SUICIDE", "DIFFICULTY"})
            if (const OpcodeInfo* row = find_opcode(old)) add(old, row->opcode);
        add("RANDOM", Opcode::PREVRANDAO);
        add("KECCAK", Opcode::KECCAK256);  // execution-specs
    }
    std::optional<Opcode> find(std::string_view name) const {
        for (std::size_t slot = hash(name); !slots_[slot].name.empty();
             slot = (slot + 1) % slots_.size())
            if (slots_[slot].name == name) return slots_[slot].opcode;
        return std::nullopt;
    }

private:
    struct Slot {
        std::string_view name;
        Opcode opcode{};
    };
    static std::size_t hash(std::string_view name) {
        std::uint64_t value = 0;
        std::memcpy(&value, name.data(), std::min<std::size_t>(name.size(), sizeof value));
        if (name.size() > sizeof value)
            value += static_cast<std::uint64_t>(name[name.size() - 1]) << 7 ^
                     static_cast<std::uint64_t>(name[name.size() - 2]);
        return (value * 0x9e3779b97f4a7c15ULL) >> 54;
    }
    void add(std::string_view name, Opcode opcode) {
        std::size_t slot = hash(name);
        while (!slots_[slot].name.empty())
            slot = (slot + 1) % slots_.size();
        slots_[slot] = {name, opcode};
    }
    std::array<Slot, 1024> slots_{};  ///< as many as hash() has values
};

}  // namespace

std::optional<Opcode> opcode_from_text(std::string_view text) {
    if (text.empty()) return std::nullopt;
    static const Mnemonics mnemonics;
    if (const auto found = mnemonics.find(text)) return found;
    // geth: "opcode 0xfe not defined"; others: "Unknown opcode: 0x0c".
    if (const std::size_t hex = text.find("0x"); hex != std::string_view::npos) {
        std::string_view digits = text.substr(hex + 2);
        digits = digits.substr(0, digits.find_first_not_of(hex_digits));
        const auto byte = decode_hex_u64(digits);
        if (byte && *byte <= 0xff) return static_cast<Opcode>(*byte);
    }
    for (const std::string_view name :
         {"INVALID", "Invalid", "invalid", "UNKNOWN", "Unknown", "unknown"})
        if (text.starts_with(name)) return Opcode::INVALID;
    return std::nullopt;
}

std::string_view other_meaning(Opcode op) {
    struct Meaning {
        std::uint8_t first;
        std::uint8_t last;
        std::string_view text;
    };
    // Sources: the EIPs; Avalanche's coreth for its own two.
    static constexpr Meaning meanings[] = {
        {0x5c, 0x5c, "BEGINSUB of EIP-2315, which clients of 2020 had"},
        {0x5d, 0x5d, "RETURNSUB of EIP-2315, which clients of 2020 had"},
        {0x5e, 0x5e, "JUMPSUB of EIP-2315, which clients of 2020 had"},
        {0xb0, 0xb2, "JUMPTO, JUMPIF or JUMPSUB of EIP-615, which no fork took"},
        {0xb3, 0xb4, "TLOAD or TSTORE of an early EIP-1153, now 0x5c and 0x5d"},
        {0xb5, 0xb9, "a subroutine or local variable of EIP-615, which no fork took"},
        {0xcd, 0xcd, "BALANCEMC of Avalanche"},
        {0xcf, 0xcf, "CALLEX of Avalanche"},
        {0xd0, 0xd3, "an instruction of EOF for its data (EIP-7480), which no fork took"},
        {0xe0, 0xe5, "a jump or call of EOF (EIP-4200, EIP-4750), which no fork took"},
        {0xec, 0xec, "EOFCREATE (EIP-7620), which no fork took"},
        {0xee, 0xee, "RETURNCODE of EOF (EIP-7620), which no fork took"},
        {0xf6, 0xf6, "AUTH of EIP-3074, which no fork took"},
        {0xf7, 0xf7, "AUTHCALL of EIP-3074 or RETURNDATALOAD of EOF, which no fork took"},
        {0xf8, 0xf9, "a call of EOF (EIP-7069), which no fork took"},
        {0xfb, 0xfb, "EXTSTATICCALL of EOF (EIP-7069), which no fork took"},
    };
    const auto byte = static_cast<std::uint8_t>(op);
    for (const Meaning& meaning : meanings)
        if (meaning.first <= byte && byte <= meaning.last) return meaning.text;
    return {};
}

bool may_be_called_otherwise(Opcode op, std::string_view name) {
    if (opcode_from_text(name) == op) return true;
    std::string upper{name.substr(0, 64)};
    for (char& c : upper)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    const auto named = opcode_from_text(upper);
    if (named == op) return true;
    // In a fork that does not have the instruction it is an invalid one.
    if (named == Opcode::INVALID && info(op).since > first_fork) return true;
    return !info(op).exists && (!named || !info(*named).exists || *named == Opcode::INVALID);
}

}  // namespace evmmem::traces
