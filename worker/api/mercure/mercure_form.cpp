#include "api/mercure/mercure_form.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "api/publish/draft_builder.hpp"
#include "base/printable.hpp"
#include "base/utf8.hpp"
#include "http/query.hpp"
#include "log/hub_topic.hpp"

namespace worker::api {
namespace {

struct MercureField {
  std::string_view name;
  Field field;
};

// Of updates about subscriptions.
constexpr std::string_view hub_type = "mercure";

// `type` is what the worker calls `event`.
constexpr std::array<MercureField, 6> mercure_fields = {{{"topic", Field::topic},
                                                         {"data", Field::data},
                                                         {"private", Field::is_private},
                                                         {"id", Field::id},
                                                         {"type", Field::event},
                                                         {"retry", Field::retry}}};

const MercureField* mercure_field(std::string_view name) {
  const auto* found = std::ranges::find(mercure_fields, name, &MercureField::name);
  return found == mercure_fields.end() ? nullptr : found;
}

// What the specification asks for beyond what every event must be.
void check(const MercureField& field, std::string_view value) {
  if (field.field == Field::topic || field.field == Field::id || field.field == Field::event) {
    if (base::is_utf8(value) && base::has_format(value)) {
      throw InvalidRequest(fmt::format(
          "{}: contains a character that formats text and is not seen (Unicode's category Cf)", field.name));
    }
  }
  if ((field.field == Field::id || field.field == Field::event) && value.size() > field_bytes_max)
    throw InvalidRequest(fmt::format("{}: is over {} bytes", field.name, field_bytes_max), {}, 413);
  if (field.field == Field::event && value == hub_type)
    throw InvalidRequest(fmt::format("type: {} is reserved: the hub itself sends it", hub_type));
}

void check_topics(const log::Draft& draft, const log::TopicUrl& hub) {
  for (const auto& topic : draft.topics) {
    if (!log::is_hub_topic(topic, hub)) continue;
    throw InvalidRequest(
        fmt::format("topic: {} is reserved: resolved against the address of the hub (mercure.url) it is one "
                    "of the hub's own",
                    base::printable(topic)));
  }
}

bool may_be_empty(Field field) { return field == Field::topic || field == Field::data; }

// With the name that the publisher knows.
std::string mercure_sentence(const std::string& sentence) {
  constexpr std::string_view own = "event: ";
  return sentence.starts_with(own) ? "type: " + sentence.substr(own.size()) : sentence;
}

}  // namespace

DraftResult draft_from_mercure_form(std::string_view body, const PublishSettings& limits,
                                    const log::TopicUrl& hub) {
  DraftBuilder builder(limits);
  std::array<bool, mercure_fields.size() + 2> given{};
  try {
    const auto form = http::Query::parse(body);
    for (const auto& [name, value] : form.pairs()) {
      const auto* known = mercure_field(name);
      if (known == nullptr) continue;
      const auto field = known->field;
      if (field == Field::topic) {
        builder.add_topic(value);
        check(*known, value);
        continue;
      }
      if (std::exchange(given.at(static_cast<std::size_t>(field)), true)) continue;
      if (field == Field::is_private) {
        builder.set(Field::is_private, "1");
      } else if (!value.empty() || may_be_empty(field)) {
        check(*known, value);
        builder.set(field, value);
      }
    }
    auto draft = builder.finish();
    check_topics(draft, hub);
    return draft;
  } catch (const InvalidRequest& wrong) {
    return base::failure(
        DraftError{wrong.limit ? 413 : wrong.status, mercure_sentence(wrong.detail), wrong.limit});
  }
}

}  // namespace worker::api
