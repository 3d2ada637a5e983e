#include "api/draft_parser.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <nlohmann/json.hpp>

#include "api/draft_builder.hpp"
#include "http/query.hpp"

namespace worker::api {
namespace {

namespace dom = simdjson::dom;

// Nobody publishes deeper JSON by intention, and readers would have to follow it by recursion.
constexpr int json_depth_max = 100;

template <class Parse>
DraftResult caught(const Parse& parse) {
  try {
    return parse();
  } catch (const Mistake& mistake) {
    return base::failure(DraftError{mistake.status, mistake.what(), mistake.limit});
  }
}

// The fast parser knows that something is wrong; this one knows where. Only for text that was refused.
Mistake broken(std::string_view text, const PublishSettings& limits) {
  using Json = nlohmann::json;
  // It takes a NUL for the end of its input.
  if (const auto nul = text.find('\0'); nul != std::string_view::npos) text = text.substr(0, nul + 1);
  bool object = true;
  const auto guard = [&](int outer, Json::parse_event_t event, Json& /*value*/) {
    const bool begins =
        event == Json::parse_event_t::object_start || event == Json::parse_event_t::array_start;
    if (begins && outer >= json_depth_max)
      throw Mistake(fmt::format("JSON: is nested deeper than {}", json_depth_max));
    return true;
  };
  try {
    const auto parsed = Json::parse(text, guard);
    object = parsed.is_object();
    // A number too large for the fast parser is too large for these two anyway, and they say so.
    for (const auto field : {Field::retry, Field::close}) {
      const auto found = object ? parsed.find(name_of(field)) : parsed.end();
      if (found != parsed.end() && found->is_number()) DraftBuilder(limits).set(field, found->dump());
    }
  } catch (const Mistake& mistake) {
    return mistake;
  } catch (const Json::parse_error& error) {
    return Mistake(fmt::format("JSON: is broken at byte {}", error.byte));
  } catch (const Json::out_of_range&) {
  }
  if (!object) return Mistake("JSON: must be an object");
  if (text.ends_with('\0')) return Mistake(fmt::format("JSON: is broken at byte {}", text.size()));
  return Mistake("JSON: holds a number that is out of range; send it as a string");
}

[[noreturn]] void wrong_type(Field field) {
  throw Mistake(fmt::format("{}: has the wrong type", name_of(field)));
}

// `retry` and `close` may also be given as what they are.
std::string scalar_of(Field field, const dom::element& value) {
  const bool number = field == Field::retry || field == Field::close;
  if (number && value.is<std::int64_t>()) return std::to_string(std::int64_t{value});
  if (number && value.is<std::uint64_t>()) return std::to_string(std::uint64_t{value});
  if (field == Field::close && value.is<bool>()) return bool{value} ? "true" : "false";
  wrong_type(field);
}

void add_topics(DraftBuilder& builder, const dom::element& value) {
  const auto add = [&](const dom::element& topic) {
    if (!topic.is_string()) throw Mistake("topic: must be a string or an array of strings");
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

struct JsonDraftParser::Parsers {
  Parsers() {
    if (const auto error = all.allocate(0, json_depth_max)) throw simdjson::simdjson_error(error);
  }

  // The data of a checked object as it was spelled, without the white space: the parser that checks would
  // write numbers as doubles have them.
  std::string compact_data(std::string_view text) {
    const simdjson::padded_string_view padded(text.data(), text.size(), text.size() + padding);
    auto document = pieces.iterate(padded).value();
    for (auto member : document.get_object()) {
      const std::string_view key = member.unescaped_key();
      if (key != name_of(Field::data)) continue;
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

  journal::Draft draft(std::string_view text, const PublishSettings& limits) {
    DraftBuilder builder(limits);
    const dom::object object = all.parse(text.data(), text.size(), false);
    for (const auto [key, value] : object) {
      const auto field = field_named(key);
      builder.begin(field);
      if (field == Field::topic) {
        add_topics(builder, value);
      } else if (value.is_string()) {
        builder.set(field, std::string(std::string_view{value}));
      } else {
        builder.set(field, field == Field::data ? compact_data(text) : scalar_of(field, value));
      }
    }
    return builder.finish();
  }

  dom::parser all;
  simdjson::ondemand::parser pieces;
};

const std::size_t JsonDraftParser::padding = simdjson::SIMDJSON_PADDING;

JsonDraftParser::JsonDraftParser() : parsers_(std::make_unique<Parsers>()) {}
JsonDraftParser::~JsonDraftParser() = default;

DraftResult JsonDraftParser::parse(std::string_view text, const PublishSettings& limits) {
  return caught([&] {
    try {
      return parsers_->draft(text, limits);
    } catch (const simdjson::simdjson_error&) {
      throw broken(text, limits);
    }
  });
}

}  // namespace worker::api
