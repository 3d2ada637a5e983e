// Attendance: what a stream or long poll holds while its reader is counted as present (presence/roster.hpp),
// and while hooks count it (hooks/readers.hpp). Only those have one that read a topic which presence or hooks
// cover, so others pay nothing for it. Loop thread only; roster and readers outlive it.
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

/// What of a subscription is counted.
struct Coverage {
  /// Names that presence covers; they point into the subscription.
  std::vector<std::string_view> present;
  /// Names, patterns and templates that hooks tell of.
  std::vector<std::string> hooked;

  bool empty() const { return present.empty() && hooked.empty(); }
  /// The memory that an attendance takes. `subject` is empty for a stream without one.
  std::size_t bytes(std::string_view subject) const;
};

class Attendance {
 public:
  /// Enters what is covered. `share`: of its bytes().
  Attendance(presence::Roster& roster, hooks::Readers& readers, const Coverage& coverage,
             std::string_view subject, hooks::Readers::Kind kind, base::ByteBudget::Reservation share);

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

/// Makes attendances. A value.
class Attendances {
 public:
  Attendances(presence::Roster& roster, hooks::Readers& readers) : roster_(roster), readers_(readers) {}

  /// The names of the subscription that presence covers; they point into it.
  std::vector<std::string_view> present(const log::Subscription& subscription) const;
  Coverage coverage(const log::Subscription& subscription) const;
  std::unique_ptr<Attendance> enter(const Coverage& coverage, std::string_view subject,
                                    hooks::Readers::Kind kind, base::ByteBudget::Reservation share) const {
    return std::make_unique<Attendance>(roster_, readers_, coverage, subject, kind, std::move(share));
  }
  bool has_presence() const { return roster_.enabled(); }

 private:
  presence::Roster& roster_;
  hooks::Readers& readers_;
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
