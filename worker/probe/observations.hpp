// Observations: all that the probe has seen, before anybody judges it. A value. What is not there was not
// looked at; text in it is as it came.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "client/answer.hpp"

namespace worker::probe {

/// One answer that leads to another address.
struct Hop {
  std::string from;
  int status = 0;
  std::string to;
};

/// The request again, with this version of HTTP asked for: 10, 11 or 20.
struct VersionSeen {
  int wanted;
  client::Answer answer;
};

/// An event of the probe's own.
struct PublishedEvent {
  base::Instant answered{};  // the publish was
  std::optional<base::Instant> arrived{};
  int times = 0;  // that it arrived
};

struct EventsSeen {
  client::Answer stream{};
  std::vector<PublishedEvent> events{};  // none: it was the greeting stream
  /// When the topic was closed, because events had not arrived.
  std::optional<base::Instant> closed{};
  /// The worker has the events, as a long poll says.
  bool worker_has_them = false;
};

/// A stream that began behind the second of the events, and one event published meanwhile.
struct ResumeSeen {
  client::Answer stream{};
  std::vector<int> expected{};  // numbers of events, in their order
  std::vector<int> got{};
};

struct OriginSeen {
  std::string origin;
  bool has_credentials = false;  // the reader's headers have a cookie
  client::Answer preflight{};
  client::Answer actual{};
};

struct IdleSeen {
  std::chrono::seconds asked{0};
  base::Instant until{};  // when the probe left or the stream ended
  client::Answer stream{};
};

struct Observations {
  base::WallTime now{};
  std::string url{};  // the last one, behind all redirects
  bool trusts_file = false;
  bool sends_headers = false;
  std::chrono::milliseconds patience{0};  // that each answer had

  std::vector<Hop> hops{};
  enum class Redirects { followed, circle, too_many, left_https } redirects = Redirects::followed;

  client::Answer main{};
  std::optional<client::Answer> certificate{};  // seen without trust
  std::optional<client::Answer> health{};
  std::vector<VersionSeen> versions{};

  std::optional<client::Answer> publish{};  // the first one
  std::string publish_url{};
  std::optional<EventsSeen> events{};
  /// Polls with a cursor that no worker knows, which it must report.
  std::optional<client::Answer> cursor_header{}, cursor_parameter{};
  std::optional<ResumeSeen> resume{};
  std::optional<OriginSeen> origin{};
  std::optional<IdleSeen> idle{};
};

}  // namespace worker::probe
