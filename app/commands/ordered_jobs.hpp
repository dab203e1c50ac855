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
    /// No more than `room` pieces of work are begun and not yet taken.
    explicit OrderedOutcomes(std::size_t room) : waiting_(room) {}

    /// Waits until there is room for another outcome, then asks `next` for a piece of work, which no
    /// other thread does meanwhile, and returns it with its number; none where no more is to be
    /// begun, as `next` has none left, or stop() was called.
    template <typename Next>
    auto begin_next(Next& next) {
        using Piece = typename decltype(next())::value_type;
        const std::scoped_lock turn{beginning_};
        std::optional<std::pair<std::size_t, Piece>> begun;
        {
            std::unique_lock lock{mutex_};
            changed_.wait(lock, [&] { return is_all_begun_ || begun_ - taken_ < waiting_.size(); });
            if (is_all_begun_) return begun;
        }
        std::optional<Piece> piece;
        std::exception_ptr exception;
        try {
            piece = next();
        } catch (...) {
            exception = std::current_exception();
        }
        {
            const std::scoped_lock lock{mutex_};
            if (exception && !is_all_begun_)
                waiting_[begun_++ % waiting_.size()] = Outcome<Result>{{}, exception};
            if (!piece) is_all_begun_ = true;
            if (!is_all_begun_) begun.emplace(begun_++, std::move(*piece));
        }
        if (!begun) changed_.notify_all();
        return begun;
    }

    void put(std::size_t index, Outcome<Result> outcome) {
        {
            const std::scoped_lock lock{mutex_};
            waiting_[index % waiting_.size()] = std::move(outcome);
        }
        changed_.notify_all();
    }

    /// Waits for the outcome whose turn it is; none where all of them are taken.
    std::optional<Outcome<Result>> take_next() {
        Outcome<Result> outcome;
        {
            std::unique_lock lock{mutex_};
            auto& next = waiting_[taken_ % waiting_.size()];
            changed_.wait(lock,
                          [&] { return next.has_value() || (is_all_begun_ && taken_ == begun_); });
            if (!next) return std::nullopt;
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
            is_all_begun_ = true;
        }
        changed_.notify_all();
    }

private:
    std::mutex beginning_;  ///< whose turn it is to begin; before the other
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::optional<Outcome<Result>>> waiting_;  ///< a ring; place i % size
    std::size_t begun_ = 0;
    std::size_t taken_ = 0;
    bool is_all_begun_ = false;
};

/// Calls `work(piece)` for each piece that `next` gives, until it gives none, on `jobs` threads, and
/// `deliver(result)` with each result on this thread, in the order of the pieces, until it returns
/// false: then no more work is begun, and what was begun is waited for and dropped. `next` is called
/// by one thread at a time. What `work` or `next` throws is thrown here, in its turn. With one job
/// there is no other thread, nor where the system refuses to start one; where it refuses some, the
/// others do the work.
template <typename Next, typename Work, typename Deliver>
void run_in_order(Next next, std::size_t jobs, Work work, Deliver deliver) {
    const auto work_alone = [&] {
        while (auto piece = next())
            if (!deliver(work(std::move(*piece)))) return;
    };
    if (jobs <= 1) return work_alone();

    using Result = decltype(work(std::move(*next())));
    constexpr std::size_t room_for_each = 16;
    OrderedOutcomes<Result> outcomes{jobs * room_for_each};
    const auto run_worker = [&] {
        while (auto begun = outcomes.begin_next(next)) {
            Outcome<Result> outcome;
            try {
                outcome.result = work(std::move(begun->second));
            } catch (...) {
                outcome.exception = std::current_exception();
            }
            outcomes.put(begun->first, std::move(outcome));
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
    while (auto outcome = outcomes.take_next()) {
        if (outcome->exception) std::rethrow_exception(outcome->exception);
        if (!deliver(std::move(*outcome->result))) return;
    }
}

}  // namespace evmmem::app
