// SPDX-License-Identifier: MIT
#include "app/host/hang_watch.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>

using namespace evmmem::app;

TEST_CASE("foreign code that never says that it is alive hangs, once") {
    std::atomic<int> calls = 0;
    {
        HangWatch watch{std::chrono::milliseconds{1}, [&] {
                            ++calls;
                            calls.notify_all();
                        }};
        calls.wait(0);
    }
    CHECK(calls == 1);
}

TEST_CASE("a watch that ends before its time is silent, and does not wait for it") {
    bool has_hung = false;
    {
        HangWatch watch{std::chrono::hours{24}, [&] { has_hung = true; }};
        watch.alive();
    }
    CHECK_FALSE(has_hung);
}
