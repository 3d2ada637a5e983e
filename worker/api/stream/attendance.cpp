#include "api/stream/attendance.hpp"

#include "presence/presence_events.hpp"

namespace worker::api {

std::vector<std::string_view> Attendances::present(const log::Subscription& subscription) const {
  std::vector<std::string_view> topics;
  if (!roster_.enabled()) return topics;
  for (const auto& name : subscription.names()) {
    if (roster_.covers(name)) topics.emplace_back(name);
  }
  return topics;
}

Coverage Attendances::coverage(const log::Subscription& subscription) const {
  return {present(subscription), readers_.covered(subscription.asked())};
}

std::size_t Coverage::bytes(std::string_view subject) const {
  auto bytes = hooked.empty() ? 0 : hooks::Readers::bytes(hooked, subject);
  for (const auto topic : present) bytes += presence::Roster::visit_bytes + topic.size() + subject.size();
  return bytes;
}

Attendance::Attendance(presence::Roster& roster, hooks::Readers& readers, const Coverage& coverage,
                       std::string_view subject, hooks::Readers::Kind kind,
                       base::ByteBudget::Reservation share)
    : roster_(roster), share_(std::move(share)) {
  visits_.reserve(coverage.present.size());
  for (const auto topic : coverage.present) visits_.push_back(roster.enter(topic, subject));
  if (!coverage.hooked.empty()) stay_ = readers.enter(coverage.hooked, subject, kind);
}

template <class Take>
void Attendance::each(const log::Subscription& subscription, const Take& take) const {
  for (const auto& visit : visits_) {
    const auto companion = presence::companion_of(visit.topic());
    if (subscription.matches(companion))
      take(visit.topic(), roster_.shown(visit), subscription.may_read_all(companion));
  }
}

std::string Attendance::here_frames(const log::Subscription& subscription) const {
  std::string frames;
  each(subscription, [&](const auto& topic, const auto& present, bool names) {
    frames += presence::here_frame(topic, present, names);
  });
  return frames;
}

std::string Attendance::here_member(const log::Subscription& subscription) const {
  std::string member;
  each(subscription, [&](const auto& topic, const auto& present, bool names) {
    member += member.empty() ? ",\"presence\":[" : ",";
    member += presence::present_json(topic, present, names);
  });
  return member.empty() ? member : member + "]";
}

}  // namespace worker::api
