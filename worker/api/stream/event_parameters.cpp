#include "api/stream/event_parameters.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <utility>

#include "api/request/invalid_request.hpp"
#include "api/request/json_text.hpp"
#include "api/request/request_body.hpp"
#include "api/stream/cursor.hpp"
#include "base/closest_match.hpp"
#include "base/printable.hpp"
#include "http/problem.hpp"

namespace worker::api {
namespace {

namespace dom = simdjson::dom;

constexpr std::array<std::string_view, 8> names = {"topic",     "template",      "lastEventId", "poll",
                                                   "heartbeat", "authorization", "resume",      "presence"};
// Beside the topics: ours, and what else an address may carry (tokens of others, cache busters).
constexpr std::size_t others_max = 64;

bool is_known(std::string_view name) {
  return std::ranges::find(names, name) != names.end() || is_cursor_name(name);
}

InvalidRequest too_many(std::size_t most) {
  return InvalidRequest(fmt::format("topic: the request has more than {} parameters", most));
}

// Refuses cursors that are too long, and names that resemble one of ours.
void check(const http::Query& parameters) {
  if (auto problem = cursor_problem(parameters)) throw InvalidRequest(*problem);
  for (const auto& [name, value] : parameters.pairs()) {
    if (is_known(name)) continue;
    if (const auto meant = base::closest_match(name, names)) {
      throw InvalidRequest(
          fmt::format("{}: is not a parameter of /events; did you mean {}?", base::printable(name), *meant));
    }
  }
}

void add_texts(http::Query& parameters, const std::string& name, const dom::element& value,
               std::size_t most) {
  const auto add = [&](const dom::element& text) {
    if (!text.is_string())
      throw InvalidRequest(fmt::format("{}: must be a string or an array of strings", name));
    if (parameters.pairs().size() == most) throw too_many(most);
    parameters.add(name, std::string(std::string_view{text}));
  };
  if (!value.is_array()) return add(value);
  const auto values = value.get_array();
  if (values.begin() == values.end()) throw InvalidRequest(fmt::format("{}: must not be empty", name));
  for (const auto each : values) add(each);
}

void add_member(http::Query& parameters, std::string_view name, const dom::element& value, std::size_t most) {
  if (!is_known(name)) {
    const auto meant = base::closest_match(name, names);
    throw InvalidRequest(
        fmt::format("{}: is not a member of a subscription; {}known members: topic, template, "
                    "lastEventId, poll, heartbeat, authorization, resume and presence",
                    base::printable(name), meant ? fmt::format("did you mean {}? ", *meant) : ""));
  }
  if (value.is_null()) return;
  if (name == "topic" || name == "template") return add_texts(parameters, std::string(name), value, most);
  if (parameters.pairs().size() == most) throw too_many(most);
  if (value.is_string()) return parameters.add(std::string(name), std::string(std::string_view{value}));
  if (name == "poll" && value.is<std::int64_t>())
    return parameters.add("poll", fmt::format("{}", std::int64_t{value}));
  if (name == "presence" && value.is_bool())
    return parameters.add("presence", bool{value} ? "true" : "false");
  throw InvalidRequest(fmt::format("{}: has the wrong type", base::printable(name)));
}

void add_json(http::Query& parameters, std::string_view text, std::size_t most) {
  dom::parser parser;
  if (parser.allocate(0, json_depth_max) != simdjson::SUCCESS) throw InvalidRequest("JSON: cannot be read");
  try {
    const dom::object object = parser.parse(text.data(), text.size());
    for (const auto [name, value] : object) add_member(parameters, name, value, most);
  } catch (const simdjson::simdjson_error&) {
    throw json_error(without_numbers(text));
  }
}

void add_form(http::Query& parameters, std::string_view text, std::size_t most) {
  // Parses no more than the first parameter that exceeds the limit.
  const auto form = http::Query::parse(text, most - parameters.pairs().size() + 1);
  for (const auto& [name, value] : form.pairs()) parameters.add(name, value);
  if (parameters.pairs().size() > most) throw too_many(most);
}

// The application has chosen everything but the cursor, which only the client knows. A body belongs to the
// request that the application has answered.
http::Query handed_over(const http::Request& request) {
  http::Query parameters;
  for (const auto& [name, value] : request.query.pairs()) {
    if (!is_cursor_name(name)) parameters.add(name, value);
  }
  for (const auto& [name, value] : request.original_query.pairs()) {
    if (is_cursor_name(name)) parameters.add(name, value);
  }
  return parameters;
}

}  // namespace

base::Result<http::Query, http::Response> event_parameters(const http::Request& request,
                                                           std::size_t topics_max) {
  const auto most = topics_max + others_max;
  auto parameters = request.handed_over ? handed_over(request) : request.query;
  try {
    if (parameters.pairs().size() > most) throw too_many(most);
    if (!request.handed_over && request.method == "POST" && !request.body.empty()) {
      const auto body = plain_body(request);
      if (!body) return base::failure(body.error());
      const auto type = media_type(request, body.value());
      if (type == "application/x-www-form-urlencoded") {
        add_form(parameters, body.value(), most);
      } else if (type == "application/json") {
        add_json(parameters, body.value(), most);
      } else {
        return base::failure(http::problem(
            415, "Content-Type: must be application/x-www-form-urlencoded or application/json"));
      }
    }
    check(parameters);
  } catch (const InvalidRequest& mistake) {
    return base::failure(http::problem(mistake.status, mistake.detail));
  }
  return parameters;
}

}  // namespace worker::api
