// EventCheck: publishes events to a topic, and sees when they arrive at a stream of it and at one that
// resumes; without a place to publish, it reads the greeting stream. Lives as long as the check; one thread.
#pragma once

#include <string>
#include <vector>

#include "client/frames.hpp"
#include "probe/asker.hpp"
#include "probe/observations.hpp"

namespace worker::probe {

class EventCheck {
 public:
  /// `url`: of the streams, without topics. `topic`: that of the events. `mark`: what makes their data its
  /// own.
  EventCheck(Asker& asker, Observations& seen, std::string url, std::string topic, std::string mark);

  void run_greeting();
  void run_published();

 private:
  std::string data(int number) const;
  /// Its number, or 0 for an event of somebody else.
  int number_of(const client::Frame& frame) const;
  bool publish(int number);
  void note_arrivals(const client::Answer& stream);
  bool have_all_arrived() const;
  void wait_for_arrivals(client::Transfer& stream, std::chrono::milliseconds longest);
  void close_topic(client::Transfer& stream);
  void resume();

  Asker& asker_;
  Observations& seen_;
  const std::string url_, topic_, mark_;
  EventsSeen events_;
  std::vector<std::string> ids_;  // of what was published
};

}  // namespace worker::probe
