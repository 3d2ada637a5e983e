// DraftBuilder: one event, field by field, in whichever form it was published. Everything about an event is
// checked here, once. Throws InvalidRequest, which the parser that uses the builder catches. A value for one
// event; one thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/publish/settings.hpp"
#include "api/request/invalid_request.hpp"
#include "log/entry.hpp"

namespace worker::api {

/// The longest `id`, `event` (type) and `key`.
inline constexpr std::size_t field_bytes_max = 1'024;

enum class Field { topic, data, event, id, retry, key, close, is_private };
/// Throws InvalidRequest for a name that is no field, with the one that was probably meant.
Field field_named(std::string_view name);
/// The field that `name` is or resembles, for example as a query parameter of a publish; none if there is
/// none.
std::optional<std::string_view> field_meant(std::string_view name);
std::string_view name_of(Field field);

/// Fields for events that lack them.
struct EventDefaults {
  std::vector<std::string> topics{};
  std::string type{};
  std::string key{};
  std::optional<std::chrono::milliseconds> retry{};
  bool is_private = false;
};

class DraftBuilder {
 public:
  /// Borrows `limits` and `defaults`; null for no defaults.
  explicit DraftBuilder(const PublishSettings& limits, const EventDefaults* defaults = nullptr)
      : limits_(limits), defaults_(defaults) {}

  /// Call it before set() for a field that may be given once. Throws if it was given before.
  void begin(Field field);
  void add_topic(std::string_view name);
  /// Checks the value, and throws if the field cannot have it.
  void set(Field field, std::string value);
  /// The event, with its defaults; throws if its topic is missing or it is too large. The last call.
  log::Draft finish();
  /// The fields so far as defaults of other events; the topics may be empty. The last call.
  EventDefaults finish_defaults();

 private:
  bool is_given(Field field) const { return (given_ & (1U << static_cast<unsigned>(field))) != 0; }
  void check_topics() const;
  void apply_defaults();

  const PublishSettings& limits_;
  const EventDefaults* defaults_;
  log::Draft draft_;
  std::size_t topics_given_ = 0;
  unsigned given_ = 0;  // one bit a field
};

}  // namespace worker::api
