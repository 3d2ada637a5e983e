#include "api/mercure/mercure_form.hpp"

#include <array>
#include <optional>
#include <string>
#include <utility>

#include "api/publish/draft_builder.hpp"
#include "http/query.hpp"

namespace worker::api {
namespace {

struct MercureField {
  std::string_view name;
  Field field;
};

// `type` is what the worker calls `event`.
constexpr std::array<MercureField, 6> mercure_fields = {{{"topic", Field::topic},
                                                         {"data", Field::data},
                                                         {"private", Field::is_private},
                                                         {"id", Field::id},
                                                         {"type", Field::event},
                                                         {"retry", Field::retry}}};

std::optional<Field> mercure_field(std::string_view name) {
  for (const auto& each : mercure_fields) {
    if (each.name == name) return each.field;
  }
  return std::nullopt;
}

bool may_be_empty(Field field) { return field == Field::topic || field == Field::data; }

// With the name that the publisher knows.
std::string mercure_sentence(const std::string& sentence) {
  constexpr std::string_view own = "event: ";
  return sentence.starts_with(own) ? "type: " + sentence.substr(own.size()) : sentence;
}

}  // namespace

DraftResult draft_from_mercure_form(std::string_view body, const PublishSettings& limits) {
  DraftBuilder builder(limits);
  std::array<bool, mercure_fields.size() + 2> given{};
  try {
    const auto form = http::Query::parse(body);
    for (const auto& [name, value] : form.pairs()) {
      const auto field = mercure_field(name);
      if (!field) continue;
      if (*field == Field::topic) {
        builder.add_topic(value);
        continue;
      }
      if (std::exchange(given.at(static_cast<std::size_t>(*field)), true)) continue;
      if (*field == Field::is_private) {
        builder.set(Field::is_private, "1");
      } else if (!value.empty() || may_be_empty(*field)) {
        builder.set(*field, value);
      }
    }
    return builder.finish();
  } catch (const InvalidRequest& wrong) {
    return base::failure(DraftError{wrong.status, mercure_sentence(wrong.detail), wrong.limit});
  }
}

}  // namespace worker::api
