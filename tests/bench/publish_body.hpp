// PublishBody: events as the hub takes them, and its answer taken apart. No I/O. One event goes as a JSON
// object, several as NDJSON, one a line; the answer has a line for each, in their order.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "stamp.hpp"

namespace sse::bench {

class PublishBody {
 public:
  /// `data_size`: of every event's data, the stamp included; the rest is filled up.
  PublishBody(const std::vector<std::string>& topics, std::size_t data_size);

  void append(std::size_t topic, const Stamp& stamp);
  const std::string& text() const noexcept { return text_; }
  void clear() noexcept { text_.clear(); }

 private:
  std::vector<std::string> beginnings_;  // by topic, up to the data
  std::string ending_;                   // from behind the stamp
  std::string text_;
};

/// Whether each event was kept: its line says `{"id":…}`. Fewer lines than `events`: the rest was not.
std::vector<bool> read_publish_answer(std::string_view body, std::size_t events);

}  // namespace sse::bench
