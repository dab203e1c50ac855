// SPDX-License-Identifier: MIT
#include "archive_files.hpp"

#include <condition_variable>
#include <mutex>
#include <utility>

namespace evmmem::app {
namespace {

std::string why_skipped(const traces::Archive::Member& member) {
    using Kind = traces::Archive::Member::Kind;
    if (member.kind == Kind::link) return "it is a link to " + member.target;
    if (member.kind == Kind::hard_link)
        return "it is a hard link: the same file as " + member.target;
    return "it is neither a file nor a folder";
}

}  // namespace

struct ArchiveFiles::State {
    explicit State(traces::ByteSource bytes)
        : source{std::move(bytes)},
          archive{[this](char* target, std::size_t size) { return source.read(target, size); }} {}

    traces::ByteSource source;
    traces::Archive archive;
    std::mutex mutex;  ///< of what follows
    std::condition_variable changed;
    bool is_lent = false;
};

ArchiveFiles::ArchiveFiles(std::string name, traces::ByteSource source)
    : is_compressed_{source.is_compressed()} {
    group_->name = std::move(name);
    source.read_ahead();
    state_ = std::make_shared<State>(std::move(source));
}

const std::string& ArchiveFiles::name() const {
    return group_->name;
}

Input ArchiveFiles::found(Input::Kind kind, std::string name) const {
    Input input;
    input.kind = kind;
    input.name = std::move(name);
    input.group = group_;
    input.undoes_compression = !is_compressed_;
    return input;
}

std::optional<Input> ArchiveFiles::next() {
    if (is_finished_) return std::nullopt;
    {
        std::unique_lock lock{state_->mutex};
        state_->changed.wait(lock, [&] { return !state_->is_lent; });
    }
    auto next = state_->archive.next();
    if (next && *next) return member(**next);
    is_finished_ = true;
    if (next) return found(Input::Kind::group_end, group_->name);
    Input failed = found(Input::Kind::failed, group_->name);
    failed.error = std::move(next.error());
    return failed;
}

Input ArchiveFiles::member(const traces::Archive::Member& member) {
    using Kind = traces::Archive::Member::Kind;
    std::string name = group_->name + ":" + member.name;
    if (member.kind != Kind::file) {
        Input skipped = found(Input::Kind::skipped, std::move(name));
        skipped.skipped_because = why_skipped(member);
        return skipped;
    }
    if (member.size > kept_max) {
        Input lent = found(Input::Kind::stream, std::move(name));
        {
            const std::scoped_lock lock{state_->mutex};
            state_->is_lent = true;
        }
        const auto give_back = [](State* state) {
            {
                const std::scoped_lock lock{state->mutex};
                state->is_lent = false;
            }
            state->changed.notify_all();
        };
        // The stream is lent as long as there is a copy of this.
        std::shared_ptr<State> lease{state_.get(), give_back};
        lent.stream = [state = state_, lease = std::move(lease)](char* target, std::size_t size) {
            return lease->archive.read(target, size);
        };
        return lent;
    }
    Input kept = found(Input::Kind::text, std::move(name));
    std::string text(static_cast<std::size_t>(member.size), '\0');
    std::size_t size = 0;
    for (;;) {
        if (size == text.size()) text.resize(size + 1);  // the end is asked for, too
        auto count = state_->archive.read(text.data() + size, text.size() - size);
        if (!count) kept.error = std::move(count.error());
        if (!count || *count == 0) break;
        size += *count;
    }
    text.resize(size);
    kept.text = std::make_shared<const std::string>(std::move(text));
    return kept;
}

}  // namespace evmmem::app
