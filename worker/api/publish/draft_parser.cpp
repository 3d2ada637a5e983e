#include "api/publish/draft_parser.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include "api/publish/draft_builder.hpp"
#include "api/request/json_text.hpp"
#include "http/query.hpp"

namespace worker::api {
namespace {

namespace dom = simdjson::dom;

template <class Parse>
DraftResult caught(const Parse& parse) {
  try {
    return parse();
  } catch (const InvalidRequest& mistake) {
    return base::failure(DraftError{mistake.status, mistake.detail, mistake.limit});
  }
}

[[noreturn]] void wrong_type(Field field) {
  throw InvalidRequest(fmt::format("{}: has the wrong type", name_of(field)));
}

// `retry`, `close` and `private` may also be given as what they are.
bool may_be_truth(Field field) { return field == Field::close || field == Field::is_private; }
bool may_be_number(Field field) { return field == Field::retry || may_be_truth(field); }

std::string scalar_of(Field field, const dom::element& value) {
  const bool number = may_be_number(field);
  if (number && value.is<std::int64_t>()) return std::to_string(std::int64_t{value});
  if (number && value.is<std::uint64_t>()) return std::to_string(std::uint64_t{value});
  if (may_be_truth(field) && value.is<bool>()) return bool{value} ? "true" : "false";
  wrong_type(field);
}

void add_topics(DraftBuilder& builder, const dom::element& value) {
  const auto add = [&](const dom::element& topic) {
    if (!topic.is_string()) throw InvalidRequest("topic: must be a string or an array of strings");
    builder.add_topic(topic);
  };
  if (!value.is_array()) return add(value);
  for (const auto topic : value.get_array()) add(topic);
}

}  // namespace

DraftResult draft_from_form(std::string_view body, const PublishSettings& limits) {
  return caught([&] {
    DraftBuilder builder(limits);
    const auto form = http::Query::parse(body);
    for (const auto& [name, value] : form.pairs()) {
      const auto field = field_named(name);
      if (field != Field::topic) builder.begin(field);
      builder.set(field, value);
    }
    return builder.finish();
  });
}

DraftResult draft_from_text(std::string data, std::string type, std::string id, const PublishSettings& limits,
                            const EventDefaults& defaults) {
  return caught([&] {
    DraftBuilder builder(limits, &defaults);
    const auto set = [&](Field field, std::string value) {
      builder.begin(field);
      builder.set(field, std::move(value));
    };
    set(Field::data, std::move(data));
    if (!type.empty()) set(Field::event, std::move(type));
    if (!id.empty()) set(Field::id, std::move(id));
    return builder.finish();
  });
}

struct JsonDraftParser::Parsers {
  Parsers() {
    if (const auto error = all.allocate(0, json_depth_max)) throw simdjson::simdjson_error(error);
  }

  // A member of a checked object as it was spelled, without the white space: the parser that checks would
  // write numbers as doubles have them.
  std::string as_spelled(Field field, std::string_view text) {
    const simdjson::padded_string_view padded(text.data(), text.size(), text.size() + padding);
    auto document = pieces.iterate(padded).value();
    for (auto member : document.get_object()) {
      const std::string_view key = member.unescaped_key();
      if (key != name_of(field)) continue;
      const std::string_view raw = simdjson::to_json_string(member.value());
      std::string compact(raw.size(), '\0');
      std::size_t size = 0;
      if (const auto error = simdjson::minify(raw.data(), raw.size(), compact.data(), size))
        throw simdjson::simdjson_error(error);
      compact.resize(size);
      return compact;
    }
    return {};
  }

  // `checked` is what the parser reads: the text itself, or the same without its numbers.
  log::Draft draft(std::string_view text, std::string_view checked, const PublishSettings& limits,
                   const EventDefaults* defaults) {
    DraftBuilder builder(limits, defaults);
    const dom::object object = all.parse(checked.data(), checked.size(), false);
    for (const auto [key, value] : object) {
      const auto field = field_named(key);
      // Serializers write null for what is not there. As data it is a value like any other.
      if (value.is_null() && field != Field::data) continue;
      builder.begin(field);
      if (field == Field::topic) {
        add_topics(builder, value);
      } else if (value.is_string()) {
        builder.set(field, std::string(std::string_view{value}));
      } else if (field == Field::data ||
                 (may_be_number(field) && value.is_number() && checked.data() != text.data())) {
        builder.set(field, as_spelled(field, text));
      } else {
        builder.set(field, scalar_of(field, value));
      }
    }
    return builder.finish();
  }

  // For a text that the fast parser refused: it is malformed, or has a number that does not fit into 64 bits.
  log::Draft draft_of_refused(std::string_view text, const PublishSettings& limits,
                              const EventDefaults* defaults) {
    auto checked = without_numbers(text);
    checked.append(padding, ' ');
    const auto view = std::string_view(checked).substr(0, text.size());
    try {
      return draft(text, view, limits, defaults);
    } catch (const simdjson::simdjson_error&) {
      throw json_error(view);
    }
  }

  dom::parser all;
  simdjson::ondemand::parser pieces;
};

const std::size_t JsonDraftParser::padding = simdjson::SIMDJSON_PADDING;

JsonDraftParser::JsonDraftParser() : parsers_(std::make_unique<Parsers>()) {}
JsonDraftParser::~JsonDraftParser() = default;

DraftResult JsonDraftParser::parse(std::string_view text, const PublishSettings& limits,
                                   const EventDefaults* defaults) {
  return caught([&] {
    try {
      return parsers_->draft(text, text, limits, defaults);
    } catch (const simdjson::simdjson_error&) {
    }
    return parsers_->draft_of_refused(text, limits, defaults);
  });
}

}  // namespace worker::api
