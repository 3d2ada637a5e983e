#include "api/stream/attendance.hpp"

#include "presence/presence_events.hpp"

namespace worker::api {

Attendance::Attendance(presence::Roster& roster, const std::vector<std::string_view>& topics,
                       std::string_view subject, base::ByteBudget::Reservation share)
    : roster_(roster), share_(std::move(share)) {
  visits_.reserve(topics.size());
  for (const auto topic : topics) visits_.push_back(roster.enter(topic, subject));
}

std::vector<std::string_view> Attendance::covered(const presence::Roster& roster,
                                                  const log::Subscription& subscription) {
  std::vector<std::string_view> topics;
  if (!roster.enabled()) return topics;
  for (const auto& name : subscription.names()) {
    if (roster.covers(name)) topics.emplace_back(name);
  }
  return topics;
}

std::size_t Attendance::bytes(const std::vector<std::string_view>& topics, std::string_view subject) {
  std::size_t bytes = 0;
  for (const auto topic : topics) bytes += presence::Roster::visit_bytes + topic.size() + subject.size();
  return bytes;
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
