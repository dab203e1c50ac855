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
#include <utility>
#include <vector>

namespace evmmem::app {

/// What one piece of work came to: its result, or what it threw.
template <typename Result>
struct Outcome {
    std::optional<Result> result;
    std::exception_ptr exception;
};

/// Where workers leave what they are done with, and one thread takes it in order.
template <typename Result>
class OrderedOutcomes {
public:
    /// `count` pieces of work, of which no more than `room` are begun and not yet taken.
    OrderedOutcomes(std::size_t count, std::size_t room) : count_{count}, waiting_(room) {}

    /// Waits until there is room for another outcome, and returns the number of the piece of work
    /// to do next; none where no more is to be begun.
    std::optional<std::size_t> begin_next() {
        std::unique_lock lock{mutex_};
        changed_.wait(lock, [&] { return is_all_begun() || begun_ - taken_ < waiting_.size(); });
        if (is_all_begun()) return std::nullopt;
        return begun_++;
    }

    void put(std::size_t index, Outcome<Result> outcome) {
        {
            const std::scoped_lock lock{mutex_};
            waiting_[index % waiting_.size()] = std::move(outcome);
        }
        changed_.notify_all();
    }

    bool is_all_taken() const { return taken_ == count_; }  ///< for the thread that takes

    /// Waits for the outcome whose turn it is.
    Outcome<Result> take_next() {
        Outcome<Result> outcome;
        {
            std::unique_lock lock{mutex_};
            auto& next = waiting_[taken_ % waiting_.size()];
            changed_.wait(lock, [&] { return next.has_value(); });
            outcome = std::move(*next);
            next.reset();
            ++taken_;
        }
        changed_.notify_all();
        return outcome;
    }

    /// No more work is to be begun.
    void stop() {
        {
            const std::scoped_lock lock{mutex_};
            is_stopped_ = true;
        }
        changed_.notify_all();
    }

private:
    bool is_all_begun() const { return is_stopped_ || begun_ == count_; }

    std::size_t count_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::optional<Outcome<Result>>> waiting_;  ///< a ring; place i % size
    std::size_t begun_ = 0;
    std::size_t taken_ = 0;
    bool is_stopped_ = false;
};

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
    constexpr std::size_t room_for_each = 16;
    OrderedOutcomes<Result> outcomes{count, jobs * room_for_each};
    const auto run_worker = [&] {
        while (const auto index = outcomes.begin_next()) {
            Outcome<Result> outcome;
            try {
                outcome.result = work(*index);
            } catch (...) {
                outcome.exception = std::current_exception();
            }
            outcomes.put(*index, std::move(outcome));
        }
    };

    std::vector<std::jthread> workers;  // which join when this returns or throws, after the stop
    struct Stop {
        OrderedOutcomes<Result>& outcomes;
        ~Stop() { outcomes.stop(); }
    };
    const Stop stop{outcomes};
    workers.reserve(jobs);
    try {
        while (workers.size() < jobs)
            workers.emplace_back(run_worker);
    } catch (const std::system_error&) {
        if (workers.empty()) return work_alone();
    }
    while (!outcomes.is_all_taken()) {
        Outcome<Result> outcome = outcomes.take_next();
        if (outcome.exception) std::rethrow_exception(outcome.exception);
        if (!deliver(std::move(*outcome.result))) return;
    }
}

}  // namespace evmmem::app
