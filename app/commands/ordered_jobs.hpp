// SPDX-License-Identifier: MIT
// Work on several threads whose results come in order, as if one thread had done it. No more
// results are kept waiting for their turn than a few for each thread.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <vector>

namespace evmmem::app {

/// Calls `work(i)` for each i from 0 to count - 1 on `jobs` threads, and `deliver(result)` with
/// each result on this thread, in the order of i, until it returns false: then no more work is
/// begun, and what was begun is waited for and dropped. What `work` throws is thrown here, in its
/// turn. With one job there is no other thread, nor where the system refuses to start one; where it
/// refuses some, the others do the work.
template <typename Work, typename Deliver>
void run_in_order(std::size_t count, std::size_t jobs, Work work, Deliver deliver) {
    jobs = std::min(jobs, count);
    const auto work_alone = [&] {
        for (std::size_t i = 0; i < count; ++i)
            if (!deliver(work(i))) return;
    };
    if (jobs <= 1) return work_alone();

    using Result = decltype(work(std::size_t{}));
    struct Outcome {
        std::optional<Result> result;
        std::exception_ptr exception;
        bool is_there = false;
    };
    constexpr std::size_t waiting_for_each = 16;
    std::vector<Outcome> waiting(jobs * waiting_for_each);  // a ring; slot i % size
    std::mutex mutex;
    std::condition_variable changed;
    std::size_t begun = 0;
    std::size_t delivered = 0;
    bool is_over = false;

    const auto run_worker = [&] {
        for (;;) {
            std::size_t index = 0;
            {
                std::unique_lock lock{mutex};
                changed.wait(lock, [&] {
                    return is_over || begun == count || begun - delivered < waiting.size();
                });
                if (is_over || begun == count) return;
                index = begun++;
            }
            Outcome outcome;
            try {
                outcome.result = work(index);
            } catch (...) {
                outcome.exception = std::current_exception();
            }
            outcome.is_there = true;
            const std::scoped_lock lock{mutex};
            waiting[index % waiting.size()] = std::move(outcome);
            changed.notify_all();
        }
    };
    std::vector<std::jthread> workers;
    const auto end = [&] {
        {
            const std::scoped_lock lock{mutex};
            is_over = true;
        }
        changed.notify_all();
        workers.clear();  // joins
    };
    try {
        workers.reserve(jobs);
        try {
            while (workers.size() < jobs)
                workers.emplace_back(run_worker);
        } catch (const std::system_error&) {
            if (workers.empty()) return work_alone();
        }
        bool is_wanted = true;
        while (is_wanted && delivered < count) {
            Outcome outcome;
            {
                std::unique_lock lock{mutex};
                Outcome& next = waiting[delivered % waiting.size()];
                changed.wait(lock, [&] { return next.is_there; });
                outcome = std::move(next);
                next = {};
                ++delivered;
            }
            changed.notify_all();
            if (outcome.exception) std::rethrow_exception(outcome.exception);
            is_wanted = deliver(std::move(*outcome.result));
        }
    } catch (...) {
        end();
        throw;
    }
    end();
}

}  // namespace evmmem::app
