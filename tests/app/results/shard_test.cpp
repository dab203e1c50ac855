// SPDX-License-Identifier: MIT
#include "app/results/shard.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace evmmem::app;

TEST_CASE("a name's shard is what sha256sum says of it, on every machine") {
    // printf %s traces/b.jsonl | sha256sum: 6ef5fad6ab309c76..., which is 5 modulo 7.
    CHECK(Shard{6, 7}.holds("traces/b.jsonl"));
    CHECK(Shard{1, 4}.holds("a.jsonl"));
    CHECK(Shard{64097, 65536}.holds("a.jsonl"));
    CHECK(Shard{3, 4}.holds("traces/b.jsonl"));
    CHECK(Shard{1, 4}.holds(""));
    CHECK(Shard{7189, 65536}.holds(""));
}

TEST_CASE("each name is in one shard, and the shards are about as large as each other") {
    for (const std::uint64_t of : {1U, 2U, 3U, 16U}) {
        CAPTURE(of);
        std::vector<int> sizes(of);
        for (int i = 0; i < 2000; ++i) {
            const std::string name = "traces/" + std::to_string(i) + ".jsonl";
            int holders = 0;
            for (std::uint64_t number = 1; number <= of; ++number)
                if (Shard{number, of}.holds(name)) {
                    ++holders;
                    ++sizes[number - 1];
                }
            CHECK(holders == 1);
        }
        for (const int size : sizes)
            CHECK(size > 2000 / static_cast<int>(of) / 2);
    }
}

TEST_CASE("a shard is I/N, from 1 to N") {
    CHECK(read_shard("1/1").value() == Shard{1, 1});
    CHECK(read_shard("3/65536").value() == Shard{3, 65536});
    CHECK(read_shard("2/4").value().text() == "2/4");
    for (const char* text : {"", "/", "1", "1/", "/2", "0/2", "3/2", "1/65537", "1/2/3", "-1/2",
                             "1/ 2", "a/b", "1/99999999999999999999"}) {
        CAPTURE(text);
        CHECK(!read_shard(text));
    }
    CHECK(read_shard("0/4").error() == "'0/4' is no shard such as 1/4, from 1/N to N/N");
}
