// What an operator can set about publishing. Plain values; config/ reads them, defaults are the shipped
// ones.
#pragma once

#include <cstddef>
#include <string>

namespace worker::api {

struct PublishSettings {
  enum class ReservedTypes { refuse, allow };

  /// What a publisher must present as `Authorization: Bearer KEY`; empty: nothing, the web server decides who
  /// may publish, as far as an address proves anything (api/request/caller.hpp).
  std::string key;
  /// Where `key` was read from; empty: from the configuration itself.
  std::string key_file;
  std::size_t topics_max = 100;
  std::size_t topic_bytes_max = 1'024;
  /// Of data, type and id together.
  std::size_t event_bytes_max = 1'048'576;
  std::size_t batch_max = 10'000;
  /// Events that one subject of a grant may publish in a second; 0: without limit.
  std::size_t subject_events_per_second_max = 0;
  /// What to do with events of a type that the worker itself sends (sse/reserved_types.hpp).
  ReservedTypes reserved_types = ReservedTypes::refuse;
  /// The bytes to which a compressed body may expand: fastcgi.body_bytes_max, as for other bodies.
  std::size_t body_bytes_max = 8'388'608;
  /// Publish streams of all loops.
  std::size_t streams_max = 10'000;
  /// store.pending_bytes_max: publish streams are held before it is reached.
  std::size_t store_pending_bytes_max = 67'108'864;

  bool operator==(const PublishSettings&) const = default;
};

}  // namespace worker::api
