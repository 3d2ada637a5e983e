// PublishBody: events as a server takes them, and its answer taken apart. No I/O. As JSON: one event is an
// object, several are NDJSON, one a line; the answer has a line for each, in their order. Raw: the body is
// the data of the one event, and its topic is in the query. As a stream: lines as in NDJSON, which have no
// topic where the address of the stream has it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "stamp.hpp"

namespace sse::bench {

enum class PublishAs {
  json,
  raw,
  /// The lines of NDJSON in a request whose body stays open.
  stream
};

class PublishBody {
 public:
  /// `data_size`: of every event's data, the stamp included; the rest is filled up. `names_topics`: of a
  /// stream.
  PublishBody(const std::vector<std::string>& topics, std::size_t data_size, PublishAs as = PublishAs::json,
              bool names_topics = true);

  void append(std::size_t topic, const Stamp& stamp);
  const std::string& text() const noexcept { return text_; }
  /// What goes behind the address; empty as JSON.
  const std::string& query() const noexcept { return query_; }
  std::string_view content_type() const noexcept;
  void clear() noexcept;

 private:
  const PublishAs as_;
  std::vector<std::string> beginnings_;  // by topic: up to the data, or the query
  std::string ending_;                   // from behind the stamp
  std::string text_;
  std::string query_;
  std::size_t events_ = 0;
};

/// Whether this line of an answer is about an event: `{"id":…}` or `{"error":…}`.
bool is_about_event(std::string_view line) noexcept;
/// Whether it says that the event was kept.
bool says_kept(std::string_view line) noexcept;

/// Whether each event was kept, by the body of an answer to JSON: its line says `{"id":…}`. Fewer lines than
/// `events`: the rest was not.
std::vector<bool> read_publish_answer(std::string_view body, std::size_t events);

}  // namespace sse::bench
