// ByteBudget: a bound on the bytes that many owners take together; each owner holds a Share. A budget is
// usable from every thread, a Share from one thread at a time. The budget outlives its shares.
#pragma once

#include <atomic>
#include <cstddef>
#include <limits>
#include <utility>

namespace worker::base {

class ByteBudget {
 public:
  /// Gives its bytes back when it is destroyed. A share without a budget has no bound.
  class Reservation {
   public:
    Reservation() = default;
    explicit Reservation(ByteBudget* budget) : budget_(budget) {}
    Reservation(Reservation&& other) noexcept
        : budget_(std::exchange(other.budget_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
    Reservation& operator=(Reservation&& other) noexcept {
      std::swap(budget_, other.budget_);
      std::swap(bytes_, other.bytes_);
      return *this;
    }
    ~Reservation() { release(); }

    /// False, and nothing changes, where all shares together would exceed the budget. A share that is alone
    /// may exceed it.
    bool reserve(std::size_t bytes) {
      if (budget_ == nullptr || bytes <= bytes_) return true;
      if (!budget_->take(bytes - bytes_, bytes_)) return false;
      bytes_ = bytes;
      return true;
    }
    void release() {
      if (bytes_ != 0) budget_->used_ -= std::exchange(bytes_, 0);
    }

   private:
    ByteBudget* budget_ = nullptr;
    std::size_t bytes_ = 0;
  };

  explicit ByteBudget(std::size_t most = std::numeric_limits<std::size_t>::max()) : limit_(most) {}

  void set_limit(std::size_t most) { limit_ = most; }
  std::size_t used() const { return used_; }
  std::size_t limit() const { return limit_; }

 private:
  bool take(std::size_t more, std::size_t has) {
    const auto before = used_.fetch_add(more);
    const std::size_t most = limit_;
    if (before == has || (before <= most && more <= most - before)) return true;
    used_ -= more;
    return false;
  }

  std::atomic<std::size_t> limit_;
  std::atomic<std::size_t> used_ = 0;
};

}  // namespace worker::base
