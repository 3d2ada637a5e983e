// DraftBuilder: one event, field by field, in whichever form it was published. Everything about an event is
// checked here, once. What is wrong is thrown as a Mistake, which ends in the parser that uses the builder.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "api/settings.hpp"
#include "journal/entry.hpp"
#include "metrics/limits.hpp"

namespace worker::api {

/// One sentence that names the field.
struct Mistake : std::runtime_error {
  explicit Mistake(const std::string& detail, std::optional<metrics::Limit> hit = {}, int status_code = 400)
      : std::runtime_error(detail), status(status_code), limit(hit) {}
  int status;  // 400, or 413 where it is too large
  std::optional<metrics::Limit> limit;
};

enum class Field { topic, data, event, id, retry, key, close };
/// Throws a Mistake for a name that is no field.
Field field_named(std::string_view name);
std::string_view name_of(Field field);

class DraftBuilder {
 public:
  /// `limits` is borrowed.
  explicit DraftBuilder(const PublishSettings& limits) : limits_(limits) {}

  /// Before a field that may be given once.
  void begin(Field field);
  void add_topic(std::string_view name);
  void set(Field field, std::string value);
  journal::Draft finish();

 private:
  const PublishSettings& limits_;
  journal::Draft draft_;
  std::size_t topics_given_ = 0;
  unsigned given_ = 0;  // one bit a field
};

}  // namespace worker::api
