# SPDX-License-Identifier: MIT
"""The forks in order, and what each client calls them."""

# evmmem's names, in order.
FORKS = ("frontier", "homestead", "tangerine_whistle", "spurious_dragon", "byzantium", "constantinople", "petersburg",
         "istanbul", "berlin", "london", "paris", "shanghai", "cancun", "prague", "osaka", "amsterdam")

# As state tests name them.
STATE_TEST = dict(zip(FORKS, (
    "Frontier", "Homestead", "EIP150", "EIP158", "Byzantium", "Constantinople", "ConstantinopleFix", "Istanbul",
    "Berlin", "London", "Merge", "Shanghai", "Cancun", "Prague", "Osaka", "Amsterdam"), strict=True))
OF_STATE_TEST = {name: fork for fork, name in STATE_TEST.items()}
OF_STATE_TEST |= {"Paris": "paris"}

# The fork that brought an instruction; those of Frontier are left out.
SINCE = {
    "DELEGATECALL": "homestead",
    "REVERT": "byzantium", "RETURNDATASIZE": "byzantium", "RETURNDATACOPY": "byzantium", "STATICCALL": "byzantium",
    "SHL": "constantinople", "SHR": "constantinople", "SAR": "constantinople", "EXTCODEHASH": "constantinople",
    "CREATE2": "constantinople",
    "CHAINID": "istanbul", "SELFBALANCE": "istanbul",
    "BASEFEE": "london",
    "PUSH0": "shanghai",
    "TLOAD": "cancun", "TSTORE": "cancun", "MCOPY": "cancun", "BLOBHASH": "cancun", "BLOBBASEFEE": "cancun",
    "CLZ": "osaka",
    "DUPN": "amsterdam", "SWAPN": "amsterdam", "EXCHANGE": "amsterdam", "SLOTNUM": "amsterdam",
}


def order(fork):
    return FORKS.index(fork)


def has(fork, instruction):
    return order(SINCE.get(instruction, "frontier")) <= order(fork)
