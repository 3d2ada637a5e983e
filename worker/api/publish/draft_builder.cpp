#include "api/publish/draft_builder.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/closest_match.hpp"
#include "base/number.hpp"
#include "base/printable.hpp"
#include "base/utf8.hpp"
#include "log/topic.hpp"
#include "sse/reserved_types.hpp"

namespace worker::api {
namespace {

constexpr std::chrono::milliseconds retry_max = std::chrono::hours(24);
constexpr std::array<std::string_view, 8> field_names = {"topic", "data", "event", "id",
                                                         "retry", "key",  "close", "private"};

void check_line(std::string_view field, std::string_view value) {
  if (value.size() > field_bytes_max)
    throw InvalidRequest(fmt::format("{}: is over {} bytes", field, field_bytes_max));
  if (!base::is_utf8(value)) throw InvalidRequest(fmt::format("{}: is not valid UTF-8", field));
  if (base::has_control(value)) throw InvalidRequest(fmt::format("{}: contains a control character", field));
}

// A client sends its last id back in a header, so an id must be what a header can carry.
void check_id(std::string_view id) {
  check_line("id", id);
  if (id.empty()) throw InvalidRequest("id: must not be empty; leave it out and the worker generates one");
  if (base::has_outer_blank(id))
    throw InvalidRequest("id: must not begin or end with white space; HTTP headers drop it");
  if (id.starts_with('#') || id == "earliest")
    throw InvalidRequest("id: must not begin with # nor be `earliest`");
}

void check_type(std::string_view type, const PublishSettings& limits) {
  check_line("event", type);
  if (limits.reserved_types == PublishSettings::ReservedTypes::refuse && sse::is_reserved_type(type)) {
    throw InvalidRequest(fmt::format(
        "event: {} is reserved: the worker itself sends {}; choose another type, or allow them with "
        "publish.reserved_types",
        type, fmt::join(sse::reserved_types, ", ")));
  }
}

std::chrono::milliseconds retry_of(std::string_view text) {
  const auto value = base::parse_number<std::uint32_t>(text);
  if (!value || *value > retry_max.count()) {
    throw InvalidRequest(fmt::format("retry: must be milliseconds from 0 to {}", retry_max.count()));
  }
  return std::chrono::milliseconds(*value);
}

bool truth_of(Field field, std::string_view text) {
  if (text != "0" && text != "1" && text != "true" && text != "false")
    throw InvalidRequest(fmt::format("{}: must be 1 or 0", name_of(field)));
  return text == "1" || text == "true";
}

}  // namespace

Field field_named(std::string_view name) {
  const auto found = std::ranges::find(field_names, name);
  if (found != field_names.end()) return static_cast<Field>(found - field_names.begin());
  if (name.starts_with('{') || name.starts_with('['))
    throw InvalidRequest("The body is encoded JSON; send it as it is, with Content-Type: application/json");
  const auto meant = base::closest_match(name, field_names);
  throw InvalidRequest(
      fmt::format("{}: is not a field; {}known fields: topic, data, event, id, retry, key, close and private",
                  base::printable(name), meant ? fmt::format("did you mean {}? ", *meant) : ""));
}

std::optional<std::string_view> field_meant(std::string_view name) {
  const auto found = std::ranges::find(field_names, name);
  return found != field_names.end() ? std::optional(*found) : base::closest_match(name, field_names);
}

std::string_view name_of(Field field) { return field_names[static_cast<std::size_t>(field)]; }

void DraftBuilder::begin(Field field) {
  if (is_given(field)) throw InvalidRequest(fmt::format("{}: is given twice", name_of(field)));
  given_ |= 1U << static_cast<unsigned>(field);
}

void DraftBuilder::add_topic(std::string_view name) {
  ++topics_given_;
  if (topics_given_ > limits_.topics_max) return;  // refused by finish(), with their number
  if (const auto checked = log::check_topic(name, limits_.topic_bytes_max); !checked) {
    const bool long_name = name.size() > limits_.topic_bytes_max;
    throw InvalidRequest(checked.error(),
                         long_name ? std::optional(metrics::Limit::topic_bytes) : std::nullopt);
  }
  if (std::ranges::find(draft_.topics, name) == draft_.topics.end()) draft_.topics.emplace_back(name);
}

void DraftBuilder::set(Field field, std::string value) {
  switch (field) {
    case Field::topic:
      return add_topic(value);
    case Field::data:
      draft_.event.data = std::move(value);
      return;
    case Field::event:
      check_type(value, limits_);
      draft_.event.type = std::move(value);
      return;
    case Field::id:
      check_id(value);
      draft_.event.id = std::move(value);
      return;
    case Field::retry:
      draft_.event.retry = retry_of(value);
      return;
    case Field::key:
      check_line("key", value);
      draft_.key = std::move(value);
      return;
    case Field::close:
      draft_.closes = truth_of(field, value);
      return;
    case Field::is_private:
      draft_.is_private = truth_of(field, value);
      return;
  }
}

void DraftBuilder::check_topics() const {
  if (topics_given_ > limits_.topics_max) {
    throw InvalidRequest(
        fmt::format("topic: {} given, at most {} are allowed", topics_given_, limits_.topics_max),
        metrics::Limit::publish_topics);
  }
}

void DraftBuilder::apply_defaults() {
  if (topics_given_ == 0) draft_.topics = defaults_->topics;
  if (!is_given(Field::event)) draft_.event.type = defaults_->type;
  if (!is_given(Field::retry)) draft_.event.retry = defaults_->retry;
  if (!is_given(Field::key)) draft_.key = defaults_->key;
  if (!is_given(Field::is_private)) draft_.is_private = defaults_->is_private;
}

EventDefaults DraftBuilder::finish_defaults() {
  check_topics();
  return {std::move(draft_.topics), std::move(draft_.event.type), std::move(draft_.key), draft_.event.retry,
          draft_.is_private};
}

log::Draft DraftBuilder::finish() {
  check_topics();
  if (defaults_ != nullptr) apply_defaults();
  if (draft_.topics.empty()) throw InvalidRequest("topic: is missing");
  const auto& event = draft_.event;
  if (event.data.size() + event.type.size() + event.id.size() > limits_.event_bytes_max) {
    throw InvalidRequest(fmt::format("data: the event is over {} bytes", limits_.event_bytes_max),
                         metrics::Limit::event_bytes, 413);
  }
  if (!base::is_utf8(event.data)) throw InvalidRequest("data: is not valid UTF-8");
  draft_.silent = draft_.closes && !is_given(Field::data);
  return std::move(draft_);
}

}  // namespace worker::api
