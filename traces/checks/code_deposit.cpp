// SPDX-License-Identifier: MIT
#include "code_deposit.hpp"

#include <fmt/format.h>

#include "core/gas_schedule.hpp"
#include "core/memory_cost.hpp"

namespace evmmem::traces {
namespace {

bool is_too_long(std::uint64_t size, Fork fork) {
    return size > (fork >= Fork::amsterdam ? code_size_max_unsettled : code_size_max(fork));
}

bool may_be_forbidden(const KnownData& code, Fork fork) {
    return fork >= Fork::london && *code.size() != 0 &&
           (!code.is_known(0, 1) || code.bytes()[0] == forbidden_code_byte);
}

bool is_forbidden(const KnownData& code, Fork fork) {
    return may_be_forbidden(code, fork) && code.is_known(0, 1);
}

}  // namespace

std::uint64_t code_deposit_cost(std::uint64_t size, Fork fork) {
    return fork >= Fork::amsterdam ? 6 * num_words(size) : code_deposit_gas * size;
}

bool may_become(Deposit deposit, const KnownData& code, std::uint64_t gas_left, Fork fork) {
    const std::uint64_t size = *code.size();
    const bool is_payable = code_deposit_cost(size, fork) <= gas_left;
    if (deposit == Deposit::skipped) return fork < Fork::homestead && !is_payable;
    const bool must_fail = is_too_long(size, fork) || is_forbidden(code, fork) ||
                           (!is_payable && fork >= Fork::homestead);
    if (deposit == Deposit::paid) return !must_fail && is_payable;
    // Amsterdam's code size is not settled, and a reservoir may or may not pay its state gas.
    const bool may_fail = must_fail || may_be_forbidden(code, fork) ||
                          (fork >= Fork::amsterdam &&
                           (size > code_size_max(fork) ||
                            code_deposit_cost(size, fork) + state_byte_gas * size > gas_left));
    return may_fail;
}

std::string why_refused(const KnownData& code, std::uint64_t gas_left, ForkSet forks) {
    std::string reason;
    forks.for_each([&](Fork fork) {
        if (!reason.empty()) return;
        const std::uint64_t size = *code.size();
        if (is_too_long(size, fork))
            reason = fmt::format(
                "its {} bytes are more than {}", size,
                fork >= Fork::amsterdam ? code_size_max_unsettled : code_size_max(fork));
        else if (is_forbidden(code, fork))
            reason = "it starts with 0xef";
        else if (code_deposit_cost(size, fork) > gas_left)
            reason = fmt::format("its {} bytes cost {} gas, and {} is left", size,
                                 code_deposit_cost(size, fork), gas_left);
    });
    return reason;
}

}  // namespace evmmem::traces
