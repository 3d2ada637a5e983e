// Attendance: what a stream or long poll holds while its reader is counted as present (presence/roster.hpp),
// and while hooks count it (hooks/readers.hpp). Only those have one that read a topic which presence or hooks
// cover, so others pay nothing for it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/byte_budget.hpp"
#include "hooks/readers.hpp"
#include "log/subscription.hpp"
#include "presence/roster.hpp"

namespace worker::api {

/// Loop thread only. The roster outlives it.
class Attendance {
 public:
  /// Enters `topics`, which are covered. `share`: of the bytes() that they take.
  Attendance(presence::Roster& roster, const std::vector<std::string_view>& topics, std::string_view subject,
             base::ByteBudget::Reservation share);

  /// Counts it for hooks, too.
  void set_stay(std::unique_ptr<hooks::Readers::Stay> stay) { stay_ = std::move(stay); }

  /// The names of the subscription that presence covers; they point into it.
  static std::vector<std::string_view> covered(const presence::Roster& roster,
                                               const log::Subscription& subscription);
  /// The memory that visits of the topics take.
  static std::size_t bytes(const std::vector<std::string_view>& topics, std::string_view subject);

  /// `event: here` of each topic whose companion the subscription asks for, with the names of those that are
  /// granted.
  std::string here_frames(const log::Subscription& subscription) const;
  /// The same as `,"presence":[…]`; empty where it asks for none.
  std::string here_member(const log::Subscription& subscription) const;

 private:
  template <class Take>
  void each(const log::Subscription& subscription, const Take& take) const;

  presence::Roster& roster_;
  std::vector<presence::Roster::Visit> visits_;
  std::unique_ptr<hooks::Readers::Stay> stay_;  // null where hooks cover none of the topics
  base::ByteBudget::Reservation share_;
};

/// A `Base` that is counted as present while it is open.
template <class Base>
class Attended : public Base {
 public:
  template <class... Args>
  explicit Attended(std::unique_ptr<Attendance> attendance, Args&&... args)
      : Base(std::forward<Args>(args)...), attendance_(std::move(attendance)) {}

 protected:
  const std::unique_ptr<Attendance> attendance_;
};

}  // namespace worker::api
