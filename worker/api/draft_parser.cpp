#include "api/draft_parser.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>
#include <utility>

#include "base/utf8.hpp"
#include "http/query.hpp"
#include "journal/topic.hpp"

namespace worker::api {
namespace {

using Json = nlohmann::ordered_json;

// Deeper JSON would be taken apart and written again by recursion.
constexpr int json_depth_max = 100;
constexpr std::chrono::milliseconds retry_max = std::chrono::hours(24);

// Ends in DraftResult, within this file.
struct Mistake : std::runtime_error {
  explicit Mistake(const std::string& detail, int status_code = 400)
      : std::runtime_error(detail), status(status_code) {}
  int status;
};

void check_line(std::string_view field, std::string_view value) {
  constexpr std::size_t line_bytes_max = 1024;
  if (value.size() > line_bytes_max)
    throw Mistake(fmt::format("{}: is over {} bytes", field, line_bytes_max));
  if (value.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos) {
    throw Mistake(fmt::format("{}: holds a line end or NUL", field));
  }
  if (!base::is_utf8(value)) throw Mistake(fmt::format("{}: is not valid UTF-8", field));
}

void set_topics(journal::Draft& draft, std::vector<std::string> topics, const PublishSettings& limits) {
  if (topics.size() > limits.topics_max) {
    throw Mistake(
        fmt::format("topic: {} are named; at most {} are allowed", topics.size(), limits.topics_max));
  }
  for (const auto& topic : topics) {
    if (const auto checked = journal::check_topic(topic, limits.topic_bytes_max); !checked) {
      throw Mistake(checked.error());
    }
    if (std::ranges::find(draft.topics, topic) == draft.topics.end()) draft.topics.push_back(topic);
  }
}

void set_id(journal::Draft& draft, std::string id) {
  check_line("id", id);
  if (id.empty()) throw Mistake("id: must not be empty; leave it out and the hub makes one");
  if (id.starts_with('#') || id == "earliest") throw Mistake("id: must not begin with # nor be `earliest`");
  draft.event.id = std::move(id);
}

void set_retry(journal::Draft& draft, std::string_view text) {
  std::chrono::milliseconds::rep value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || value < 0 ||
      value > retry_max.count()) {
    throw Mistake(fmt::format("retry: must be milliseconds from 0 to {}", retry_max.count()));
  }
  draft.event.retry = std::chrono::milliseconds(value);
}

void set_close(journal::Draft& draft, std::string_view text) {
  if (text != "0" && text != "1" && text != "true" && text != "false") throw Mistake("close: must be 1 or 0");
  draft.closes = text == "1" || text == "true";
}

// What a message repeats of the input.
std::string_view shown(std::string_view name) {
  constexpr std::size_t shown_bytes = 64;
  return name.substr(0, shown_bytes);
}

void check_name(std::string_view name) {
  constexpr std::array<std::string_view, 7> fields = {"topic", "data", "event", "id", "retry", "key", "close"};
  if (std::ranges::find(fields, name) != fields.end()) return;
  throw Mistake(
      fmt::format("{}: is not a field; there are topic, data, event, id, retry, key and close", shown(name)));
}

// Every field but the topics.
void set_field(journal::Draft& draft, std::string_view name, std::string value) {
  if (name == "data") {
    draft.event.data = std::move(value);
  } else if (name == "event") {
    check_line(name, value);
    draft.event.type = std::move(value);
  } else if (name == "id") {
    set_id(draft, std::move(value));
  } else if (name == "retry") {
    set_retry(draft, value);
  } else if (name == "key") {
    check_line(name, value);
    draft.key = std::move(value);
  } else if (name == "close") {
    set_close(draft, value);
  }
}

DraftResult finished(journal::Draft draft, bool has_data, const PublishSettings& limits) {
  if (draft.topics.empty()) throw Mistake("topic: is missing");
  const auto& event = draft.event;
  if (event.data.size() + event.type.size() + event.id.size() > limits.event_bytes_max) {
    throw Mistake(fmt::format("data: the event is over {} bytes", limits.event_bytes_max), 413);
  }
  if (!base::is_utf8(event.data)) throw Mistake("data: is not valid UTF-8");
  draft.silent = draft.closes && !has_data;
  return draft;
}

std::vector<std::string> topics_of(const Json& value) {
  std::vector<std::string> topics;
  const auto add = [&](const Json& topic) {
    if (!topic.is_string()) throw Mistake("topic: must be a string or an array of strings");
    topics.push_back(topic.get<std::string>());
  };
  if (value.is_array()) {
    std::ranges::for_each(value, add);
  } else {
    add(value);
  }
  return topics;
}

std::string text_of(std::string_view name, const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (name == "data") return value.dump();
  if (name == "retry" && value.is_number_integer()) return value.dump();
  if (name == "close" && (value.is_boolean() || value.is_number_integer())) return value.dump();
  throw Mistake(fmt::format("{}: has the wrong type", shown(name)));
}

Json parsed(std::string_view text) {
  // The library takes a NUL for the end of its input, and would not look at what comes after it.
  if (const auto nul = text.find('\0'); nul != std::string_view::npos)
    throw Mistake(fmt::format("JSON: is broken at byte {}", nul + 1));
  std::set<std::string> seen;
  const auto guard = [&](int depth, Json::parse_event_t event, Json& value) {
    if (depth > json_depth_max) throw Mistake(fmt::format("JSON: is nested deeper than {}", json_depth_max));
    if (depth == 1 && event == Json::parse_event_t::key && !seen.insert(value.get<std::string>()).second) {
      throw Mistake(fmt::format("{}: is given twice", shown(value.get_ref<const std::string&>())));
    }
    return true;
  };
  try {
    return Json::parse(text, guard);
  } catch (const Json::parse_error& error) {
    throw Mistake(fmt::format("JSON: is broken at byte {}", error.byte));
  } catch (const Json::out_of_range&) {
    throw Mistake("JSON: holds a number that is out of range; send it as a string");
  }
}

template <class Parse>
DraftResult caught(const Parse& parse) {
  try {
    return parse();
  } catch (const Mistake& mistake) {
    return base::failure(DraftError{mistake.status, mistake.what()});
  }
}

}  // namespace

DraftResult draft_from_form(std::string_view body, const PublishSettings& limits) {
  return caught([&] {
    journal::Draft draft;
    std::set<std::string_view> seen;
    const auto form = http::Query::parse(body);
    std::vector<std::string> topics;
    for (const auto& [name, value] : form.pairs()) {
      check_name(name);
      if (name == "topic") {
        topics.push_back(value);
        continue;
      }
      if (!seen.insert(name).second) throw Mistake(fmt::format("{}: is given twice", name));
      set_field(draft, name, value);
    }
    set_topics(draft, std::move(topics), limits);
    return finished(std::move(draft), seen.contains("data"), limits);
  });
}

DraftResult draft_from_json(std::string_view text, const PublishSettings& limits) {
  return caught([&] {
    const auto object = parsed(text);
    if (!object.is_object()) throw Mistake("JSON: must be an object");
    journal::Draft draft;
    for (const auto& [name, value] : object.items()) {
      check_name(name);
      if (name == "topic") {
        set_topics(draft, topics_of(value), limits);
      } else {
        set_field(draft, name, text_of(name, value));
      }
    }
    return finished(std::move(draft), object.contains("data"), limits);
  });
}

}  // namespace worker::api
