// StreamSlots: bounds the open streams of all clients, of one address and of one subject, and the bytes of
// their subscriptions. A stream or long poll holds one Slot for its life. Usable from every thread.
#pragma once

#include <atomic>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>

#include "api/stream/address_counts.hpp"
#include "api/stream/recent_refusals.hpp"
#include "api/stream/subject_counts.hpp"
#include "base/byte_budget.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "http/remote_address.hpp"

namespace worker::api {

class StreamSlots {
 public:
  class Slot {
   public:
    Slot(Slot&& other) noexcept
        : slots_(std::exchange(other.slots_, nullptr)), address_(other.address_), subject_(other.subject_) {}
    Slot& operator=(Slot&&) = delete;
    ~Slot() {
      if (slots_ != nullptr) slots_->give_back(*this);
    }
    /// Of the client's grant; empty where it has none.
    std::string_view subject() const { return subject_ == nullptr ? std::string_view() : subject_->first; }
    /// None where the address is not counted.
    std::optional<http::Network> network() const {
      return address_ == nullptr ? std::nullopt : std::optional(address_->first);
    }

   private:
    friend class StreamSlots;
    explicit Slot(StreamSlots& slots) : slots_(&slots) {}

    StreamSlots* slots_;
    AddressCounts::Entry* address_ = nullptr;  // null where the address is not counted
    SubjectCounts::Entry* subject_ = nullptr;  // null where there is no subject
  };
  struct Refused {
    enum class Reason { all_taken, address_full, subject_full, subscriptions_full, templates_full };
    Reason reason;
    /// Refusals in the last 10 to 20 s, including this one: of this address for address_full, of this subject
    /// for subject_full, else of all.
    std::size_t recent;
  };

  /// `per_address` and `per_subject` as AddressCounts and SubjectCounts have them.
  explicit StreamSlots(std::size_t most, std::size_t per_address = 0, std::size_t per_subject = 0)
      : limit_(most), addresses_(per_address), subjects_(per_subject) {}

  /// Loopback, Unix sockets and unknown addresses are not counted. They do not identify a client: the peer is
  /// a proxy that does not pass on its clients' addresses, a front end that sends none, or a program on this
  /// machine.
  /// `subject`: of the client's grant; empty: not counted.
  base::Result<Slot, Refused> take(const http::RemoteAddress& address, base::Instant now,
                                   std::string_view subject = {}) {
    return take(address.network(), now, subject);
  }
  /// `network`: none where it is not counted.
  base::Result<Slot, Refused> take(const std::optional<http::Network>& network, base::Instant now,
                                   std::string_view subject);
  void set_limit(std::size_t most, std::size_t per_address, std::size_t per_subject) {
    limit_ = most;
    addresses_.set_limit(per_address);
    subjects_.set_limit(per_subject);
  }
  std::size_t used() const { return used_; }
  std::size_t limit() const { return limit_; }
  /// Takes a share of the bytes of all subscriptions.
  base::Result<base::ByteBudget::Reservation, Refused> take_bytes(std::size_t bytes, base::Instant now);
  /// Of a client for whose templates there is no room (log/template_cache.hpp).
  Refused templates_full(base::Instant now);
  base::ByteBudget& subscriptions() { return subscriptions_; }
  const base::ByteBudget& subscriptions() const { return subscriptions_; }
  /// Open streams whose address is not counted.
  std::size_t uncounted() const;
  AddressCounts& addresses() { return addresses_; }
  const AddressCounts& addresses() const { return addresses_; }
  const SubjectCounts& subjects() const { return subjects_; }

 private:
  void give_back(const Slot& slot);

  std::atomic<std::size_t> limit_;
  std::atomic<std::size_t> used_ = 0;
  AddressCounts addresses_;
  SubjectCounts subjects_;
  base::ByteBudget subscriptions_;
  std::mutex refusals_mutex_;
  RecentRefusals refusals_;  // of clients that got no slot; guarded by refusals_mutex_
};

}  // namespace worker::api
