// Stores that answer when the test says so, or refuse.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "store/memory/memory_store.hpp"

namespace worker::support {

/// Keeps events when the test says so, as one on a disk would.
class LateStore final : public store::Store {
 public:
  explicit LateStore(log::Log& log) : memory_(log) {}

  void append(std::vector<log::Draft> drafts, store::Done done) override {
    waiting_.push_back([this, drafts = std::move(drafts), done = std::move(done)]() mutable {
      if (!rejection) return memory_.append(std::move(drafts), std::move(done));
      done(std::vector<store::Kept>(drafts.size(), base::failure(*rejection)));
    });
    if (on_append) on_append();
  }
  store::Backlog backlog() const override { return {.bytes = backlog_bytes}; }
  void keep_all() {
    for (auto& keep : std::exchange(waiting_, {})) keep();
  }
  /// The append with this number, out of its order.
  void keep(std::size_t index) {
    auto append = std::move(waiting_[index]);
    waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(index));
    append();
  }
  std::size_t waiting() const { return waiting_.size(); }

  /// What is appended from now on is not kept, for this reason.
  std::optional<store::Rejection> rejection;
  std::size_t backlog_bytes = 0;
  /// Called behind each append.
  std::function<void()> on_append;

 private:
  store::MemoryStore memory_;
  std::vector<std::function<void()>> waiting_;
};

/// Keeps nothing.
struct FullStore final : store::Store {
  explicit FullStore(log::Log& /*log*/) {}

  void append(std::vector<log::Draft> drafts, store::Done done) override {
    std::vector<store::Kept> results;
    for (std::size_t i = 0; i < drafts.size(); ++i)
      results.emplace_back(base::failure(store::Rejection::unavailable));
    done(std::move(results));
  }
  std::optional<std::string> unavailable_reason() const override { return "the disk is full"; }
};

}  // namespace worker::support
