// SPDX-License-Identifier: MIT
#include "memory_storage.hpp"

#include <utility>

namespace evmmem {

std::string_view name(Storage storage) {
    switch (storage) {
        case Storage::region: return "region";
        case Storage::doubling: return "doubling";
    }
    std::unreachable();
}

std::optional<Storage> storage_from_name(std::string_view text) {
    for (const Storage storage : {Storage::region, Storage::doubling})
        if (text == name(storage)) return storage;
    return std::nullopt;
}

}  // namespace evmmem
